/** What a run or a campaign looks like to people and to programs. */
package io.kelson.chaos.report;
