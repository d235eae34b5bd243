package dev.fauxkube;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** Gives the tests of a class a cluster: they take it as a parameter, a {@link FauxkubeCluster}. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(FauxkubeExtension.class)
public @interface Fauxkube {
  /** Flags of {@code fauxkube start}, such as {@code --nodes=3}. */
  String[] args() default {};

  /** An image instead of a program: takes {@code org.testcontainers:testcontainers}. */
  String image() default "";

  /** How long one server lives. */
  Lives lives() default Lives.CLASS;

  /** What each test begins with. */
  Fresh fresh() default Fresh.RESET;

  /** How long one server lives. */
  enum Lives {
    /** As long as the tests of the class. */
    CLASS,
    /** As long as the test run: classes with the same flags and image share it. */
    RUN
  }

  /** What each test begins with. */
  enum Fresh {
    /** The server as new: tests that use it run one after another. */
    RESET,
    /** A virtual cluster for itself, as new: tests may run at the same time. */
    FORK,
    /** What the test before left. */
    NONE
  }
}
