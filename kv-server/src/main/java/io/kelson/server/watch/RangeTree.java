package io.kelson.server.watch;

import com.google.protobuf.ByteString;
import java.util.ArrayList;

/**
 * Ranges of keys, to be asked which of them hold a key: an interval tree.
 *
 * <p>A treap ordered by (lo, hi) in which each node also knows the greatest end below it. A subtree
 * whose greatest end is not past the key holds nothing of interest, nor does any range that begins
 * after the key, so that a question costs the depth of the tree for each answer. Random priorities
 * keep the depth near twice the logarithm of the number of distinct ranges, whatever order clients
 * create them in. Not thread-safe.
 */
final class RangeTree {
  private static final class Node {
    final WatchRange range;
    final WatcherBucket bucket = new WatcherBucket();
    final int priority;
    ByteString maxHi;
    Node left;
    Node right;

    Node(WatchRange range, int priority) {
      this.range = range;
      this.priority = priority;
      this.maxHi = range.hi();
    }

    void updateMaxHi() {
      maxHi = later(later(range.hi(), left), right);
    }

    private static ByteString later(ByteString hi, Node subtree) {
      return subtree != null && WatchRange.compareEnds(subtree.maxHi, hi) > 0 ? subtree.maxHi : hi;
    }
  }

  private Node root;
  private int randomState = 0x9e3779b9;

  /** The watchers of exactly this range; makes an empty bucket if there are none. */
  WatcherBucket bucket(WatchRange range) {
    Node node = root;
    while (node != null) {
      int order = compare(range, node.range);
      if (order == 0) {
        return node.bucket;
      }
      node = order < 0 ? node.left : node.right;
    }
    Node added = new Node(range, nextPriority());
    root = insert(root, added);
    return added.bucket;
  }

  /** Forgets a range that is in it. */
  void remove(WatchRange range) {
    root = remove(root, range);
  }

  /** Adds the watchers of all ranges that hold {@code key} to {@code out}. */
  void match(ByteString key, ArrayList<Watcher> out) {
    match(root, key, out);
  }

  private static void match(Node node, ByteString key, ArrayList<Watcher> out) {
    Node at = node;
    while (at != null && WatchRange.isBelowEnd(key, at.maxHi)) {
      match(at.left, key, out);
      if (WatchRange.compare(at.range.lo(), key) > 0) {
        return;
      }
      if (WatchRange.isBelowEnd(key, at.range.hi())) {
        at.bucket.addTo(out);
      }
      at = at.right;
    }
  }

  private static Node insert(Node node, Node added) {
    if (node == null) {
      return added;
    }
    if (compare(added.range, node.range) < 0) {
      node.left = insert(node.left, added);
      return node.left.priority > node.priority ? rotateRight(node) : updated(node);
    }
    node.right = insert(node.right, added);
    return node.right.priority > node.priority ? rotateLeft(node) : updated(node);
  }

  private static Node remove(Node node, WatchRange range) {
    int order = compare(range, node.range);
    if (order == 0) {
      return merge(node.left, node.right);
    }
    if (order < 0) {
      node.left = remove(node.left, range);
    } else {
      node.right = remove(node.right, range);
    }
    return updated(node);
  }

  private static Node merge(Node left, Node right) {
    if (left == null || right == null) {
      return left == null ? right : left;
    }
    if (left.priority > right.priority) {
      left.right = merge(left.right, right);
      return updated(left);
    }
    right.left = merge(left, right.left);
    return updated(right);
  }

  private static Node rotateRight(Node node) {
    Node up = node.left;
    node.left = up.right;
    up.right = node;
    node.updateMaxHi();
    return updated(up);
  }

  private static Node rotateLeft(Node node) {
    Node up = node.right;
    node.right = up.left;
    up.left = node;
    node.updateMaxHi();
    return updated(up);
  }

  private static Node updated(Node node) {
    node.updateMaxHi();
    return node;
  }

  private static int compare(WatchRange a, WatchRange b) {
    int order = WatchRange.compare(a.lo(), b.lo());
    return order != 0 ? order : WatchRange.compareEnds(a.hi(), b.hi());
  }

  /** Xorshift: the balance needs numbers unrelated to the keys, nothing more. */
  private int nextPriority() {
    randomState ^= randomState << 13;
    randomState ^= randomState >>> 17;
    randomState ^= randomState << 5;
    return randomState;
  }
}
