/** Checkers: each looks at what one run left behind and says whether a promise was broken. */
package io.kelson.chaos.check;
