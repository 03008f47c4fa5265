/** What clients asked and got, as it is kept for the checkers: plain records, no connections. */
package io.kelson.chaos.history;
