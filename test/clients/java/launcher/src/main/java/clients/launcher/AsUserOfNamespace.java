package clients.launcher;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Run only when the user may do things in one namespace. */
@Retention(RetentionPolicy.RUNTIME)
@EnabledIfEnvironmentVariable(named = "SCOPE", matches = "namespace")
public @interface AsUserOfNamespace {}
