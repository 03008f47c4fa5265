/**
 * What a member can be told, and how: {@link io.kelson.server.config.ServerConfig} holds the
 * settings and refuses nonsense, {@link io.kelson.server.config.ServerFlags} reads them from etcd's
 * flags, environment variables and configuration file. All settings there are, and all of etcd's
 * that are not, stand in one table, {@code SettingTable}.
 */
package io.kelson.server.config;
