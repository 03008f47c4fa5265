package io.kelson.server.mvcc;

import java.util.ArrayList;
import java.util.List;

/**
 * The newest pairs of keys that were written lately, as bytes, so that writing them again does not
 * look them up in the database; bounded in bytes, those that came first go first.
 *
 * <p>Holds what the database holds, never more: who writes {@code cur} tells it. Apply thread only.
 *
 * <p>Keys and pairs stand in a few large arrays, one after the other, and are found through a table
 * of numbers. An object for each would cost more than the look-up it saves: the collector follows
 * them, and every reference from an old object to a new one is its work as well. When all pages are
 * full the oldest one is emptied and filled again.
 */
final class RecentPairs {
  /** One part in so many of what all may take is for the table. */
  private static final int TABLE_SHARE = 4;

  private static final int MAX_PAGE_BYTES = 1 << 20;

  /** Pages are at least so many when all are there, for no more than one of them is emptied. */
  private static final int LEAST_PAGES = 16;

  private static final int FIRST_SLOTS = 1024;

  private static final int MAX_SLOTS = 1 << 28;

  /** Where so many slots in a row are taken, a pair is not kept: nobody can make look-ups slow. */
  private static final int MAX_PROBES = 64;

  /** A power of two, or 0 if nothing is kept. */
  private final int pageBytes;

  /** How far a place is shifted for the index of its page. */
  private final int pageShift;

  private final int maxPages;
  private final int maxSlots;
  private final List<PairPage> pages = new ArrayList<>();

  /** Of each: 0 if free, else the hash of the key in the high half and where it is in the low. */
  private long[] slots;

  private int used;

  /** Index of the page that is being filled. */
  private int filling = -1;

  /**
   * @param maxBytes what all of it may take; next to nothing is as good as 0, which keeps nothing
   */
  RecentPairs(long maxBytes) {
    long forTable = maxBytes / TABLE_SHARE;
    long forPages = maxBytes - forTable;
    long page = Math.min(MAX_PAGE_BYTES, forPages / LEAST_PAGES);
    this.pageBytes = page < PairPage.UNIT ? 0 : (int) Long.highestOneBit(page);
    this.pageShift = Integer.numberOfTrailingZeros(pageBytes / PairPage.UNIT);
    this.maxPages =
        pageBytes == 0 ? 0 : (int) Math.min(Integer.MAX_VALUE >>> pageShift, forPages / pageBytes);
    this.maxSlots = (int) Long.highestOneBit(Math.min(MAX_SLOTS, forTable / Long.BYTES));
    this.slots = new long[Math.min(maxSlots, FIRST_SLOTS)];
  }

  /** A copy of the pair of a key, or null if it is not known here. */
  byte[] get(byte[] key) {
    int slot = slotOf(key, PairPage.hash(key));
    return slot < 0 ? null : page(slots[slot]).pair(offset(slots[slot]));
  }

  /** The key's newest pair is this one; it is copied. */
  void put(byte[] key, byte[] pair) {
    put(key, pair, 0, pair.length);
  }

  /** The same of a pair that is a part of an array. */
  void put(byte[] key, byte[] array, int from, int length) {
    int hash = PairPage.hash(key);
    int slot = slotOf(key, hash);
    if (slot >= 0) {
      if (page(slots[slot]).replace(offset(slots[slot]), array, from, length)) {
        return;
      }
      free(slot);
    }
    long size = PairPage.size(key.length, length);
    if (size > pageBytes) {
      return;
    }
    makeRoom((int) size);
    // Half of the slots stay free: a search ends at a free one, and soon.
    int free = 2 * (used + 1) > slots.length ? -1 : freeSlot(hash);
    if (free >= 0) {
      int offset = pages.get(filling).append(hash, key, array, from, length);
      slots[free] = (long) hash << 32 | place(filling, offset);
      used++;
    }
  }

  /** The key is gone. */
  void remove(byte[] key) {
    int slot = slotOf(key, PairPage.hash(key));
    if (slot >= 0) {
      free(slot);
    }
  }

  /** How many pairs are known. */
  int size() {
    return used;
  }

  /** What it takes at the moment. */
  long bytes() {
    return (long) slots.length * Long.BYTES + (long) pages.size() * pageBytes;
  }

  /** Room for a record in the page that is being filled, and for one more in the table. */
  private void makeRoom(int size) {
    if (filling < 0 || !pages.get(filling).hasRoom(size)) {
      filling = (filling + 1) % maxPages;
      if (filling == pages.size()) {
        pages.add(new PairPage(pageBytes));
      } else {
        empty(filling);
      }
    }
    if (2 * (used + 1) <= slots.length) {
      return;
    }
    if (2 * slots.length <= maxSlots) {
      grow();
    } else {
      // Pairs are so small that the table is full before the pages are.
      for (int next = 1; 2 * (used + 1) > slots.length && next < pages.size(); next++) {
        empty((filling + next) % pages.size());
      }
    }
  }

  private void empty(int index) {
    PairPage page = pages.get(index);
    for (int at = page.first(); at >= 0; at = page.next(at)) {
      int slot = slotAt(page.hashAt(at), place(index, at));
      if (slot >= 0) {
        free(slot);
      }
    }
    page.clear();
  }

  private void grow() {
    long[] before = slots;
    slots = new long[2 * before.length];
    used = 0;
    for (long slot : before) {
      if (slot != 0) {
        int free = freeSlot((int) (slot >>> 32));
        if (free >= 0) {
          slots[free] = slot;
          used++;
        }
      }
    }
  }

  private int slotOf(byte[] key, int hash) {
    int mask = slots.length - 1;
    for (int i = 0; i < MAX_PROBES && i <= mask; i++) {
      int at = hash + i & mask;
      long slot = slots[at];
      if (slot == 0) {
        return -1;
      }
      if ((int) (slot >>> 32) == hash && page(slot).hasKey(offset(slot), key)) {
        return at;
      }
    }
    return -1;
  }

  private int slotAt(int hash, int place) {
    int mask = slots.length - 1;
    for (int i = 0; i < MAX_PROBES && i <= mask; i++) {
      int at = hash + i & mask;
      if (slots[at] == 0) {
        return -1;
      }
      if ((int) slots[at] == place) {
        return at;
      }
    }
    return -1;
  }

  private int freeSlot(int hash) {
    int mask = slots.length - 1;
    for (int i = 0; i < MAX_PROBES && i <= mask; i++) {
      int at = hash + i & mask;
      if (slots[at] == 0) {
        return at;
      }
    }
    return -1;
  }

  /** Frees a slot; what follows moves up, so that a free slot always ends a search. */
  private void free(int slot) {
    used--;
    int mask = slots.length - 1;
    int hole = slot;
    for (int at = slot + 1 & mask; slots[at] != 0; at = at + 1 & mask) {
      int home = (int) (slots[at] >>> 32) & mask;
      if ((at - home & mask) >= (at - hole & mask)) {
        slots[hole] = slots[at];
        hole = at;
      }
    }
    slots[hole] = 0;
  }

  /** What a slot says of where a record is, never 0. */
  private int place(int page, int offset) {
    return (page << pageShift) + offset / PairPage.UNIT + 1;
  }

  private PairPage page(long slot) {
    return pages.get((int) slot - 1 >>> pageShift);
  }

  private int offset(long slot) {
    return ((int) slot - 1 & (1 << pageShift) - 1) * PairPage.UNIT;
  }
}
