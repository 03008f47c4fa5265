package io.kelson.chaos.planted;

/**
 * One bug, and the run that catches it.
 *
 * @param id short, in lower case with dashes
 * @param what what is wrong, in a few words
 * @param source the changed source, from the source tree's root
 * @param find text that is in there exactly once; how it is broken into lines does not matter
 * @param replace what stands there instead
 * @param workload the workload of the run that catches it
 * @param nemesis its nemesis
 */
public record PlantedBug(
    String id,
    String what,
    String source,
    String find,
    String replace,
    String workload,
    String nemesis) {}
