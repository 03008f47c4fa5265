package io.kelson.client;

/**
 * The answer to a call on downgrading.
 *
 * @param header the store's word
 * @param version the cluster's version
 */
public record DowngradeResult(Header header, String version) {}
