package dev.fauxkube;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Folders of a test run. */
final class Folders {
  /** Those that nobody has deleted yet. */
  private static final Set<Path> KEPT = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> KEPT.forEach(Folders::delete)));
  }

  private Folders() {}

  /** Makes one that is nobody else's, and that is gone when this process has ended. */
  static Path make() throws IOException {
    Path folder = Files.createTempDirectory("fauxkube-");
    KEPT.add(folder);
    return folder;
  }

  /** Deletes a folder and what is in it. */
  static void delete(Path folder) {
    KEPT.remove(folder);
    try (Stream<Path> paths = Files.walk(folder)) {
      List<Path> deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) Files.deleteIfExists(path);
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }
}
