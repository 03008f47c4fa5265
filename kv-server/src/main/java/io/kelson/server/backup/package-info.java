/**
 * Backups: what one looks like ({@link io.kelson.server.backup.BackupManifest}), writing and
 * reading one ({@link io.kelson.server.backup.BackupWriter}, {@link
 * io.kelson.server.backup.BackupReader}), making a member's data directory of one ({@link
 * io.kelson.server.backup.Restore}), and {@code kelson snapshot}. The bytes are described in {@code
 * docs/BACKUP-FORMAT.md}.
 */
package io.kelson.server.backup;
