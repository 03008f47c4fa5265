/**
 * For users of grpc-java: services registered with {@link
 * io.kelson.client.discovery.ServiceRegistry} as targets of channels. The only package of the
 * client that shows grpc's types.
 */
package io.kelson.client.grpc;
