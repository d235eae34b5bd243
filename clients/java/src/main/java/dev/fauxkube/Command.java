package dev.fauxkube;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Finds the program that serves clusters. */
final class Command {
  static final String VARIABLE = "FAUXKUBE_COMMAND";

  private Command() {}

  /** The command that was given, that of the environment, what npm installed here or above, or that of the PATH. */
  static List<String> find(List<String> given, Map<String, String> environment, Path folder) {
    if (!given.isEmpty()) return given;
    String text = environment.getOrDefault(VARIABLE, "").strip();
    if (!text.isEmpty()) return words(text);
    // Asking npx for it would take a second, and may ask a registry.
    Stream<Path> installed =
        Stream.iterate(folder.toAbsolutePath(), parent -> parent != null, Path::getParent)
            .map(parent -> parent.resolve("node_modules").resolve(".bin"));
    Stream<Path> path =
        Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator))
            .filter(entry -> !entry.isBlank())
            .map(Path::of);
    return Stream.concat(installed, path)
        .flatMap(bin -> Stream.of(bin.resolve("fauxkube"), bin.resolve("fauxkube.cmd")))
        .filter(Files::isExecutable)
        .filter(Files::isRegularFile)
        .findFirst()
        .map(found -> List.of(found.toString()))
        .orElseThrow(
            () ->
                new FauxkubeStartException(
                    "there is no fauxkube here: npm install it (docs/test-kits.md, Installing), or set "
                        + VARIABLE,
                    null));
  }

  /** Those of a text, which may be the path of one program with blanks in it. */
  private static List<String> words(String text) {
    List<String> found = new ArrayList<>(List.of(text));
    if (!new File(text).exists()) found = new ArrayList<>(List.of(text.split("\\s+")));
    if (found.get(0).matches(".*\\.m?js")) found.add(0, "node");
    return found;
  }
}
