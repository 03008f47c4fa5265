/**
 * What a member can be told, and how: {@link io.kelson.server.config.ServerConfig} holds the
 * settings and refuses nonsense, {@link io.kelson.server.config.ServerFlags} reads them from etcd's
 * flags and environment variables.
 */
package io.kelson.server.config;
