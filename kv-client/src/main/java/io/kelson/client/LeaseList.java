package io.kelson.client;

import java.util.List;

/**
 * The leases there are, as one member knows them.
 *
 * @param header the store's word
 * @param ids their ids, soonest to expire first
 */
public record LeaseList(Header header, List<Long> ids) {
  public LeaseList {
    ids = List.copyOf(ids);
  }
}
