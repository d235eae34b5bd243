package clients.launcher;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Run only when the user may do anything. */
@Retention(RetentionPolicy.RUNTIME)
@EnabledIfEnvironmentVariable(named = "SCOPE", matches = "cluster")
public @interface AsAdministrator {}
