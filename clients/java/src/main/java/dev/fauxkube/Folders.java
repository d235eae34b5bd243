package dev.fauxkube;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Folders of a test run. */
final class Folders {
  private Folders() {}

  /** Deletes a folder and what is in it. */
  static void delete(Path folder) {
    try (Stream<Path> paths = Files.walk(folder)) {
      List<Path> deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) Files.deleteIfExists(path);
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }
}
