package clients.launcher;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/** Says how each test ended, a line each; the stack of what failed goes to stderr. */
final class Lines implements TestExecutionListener {
  private boolean failed = false;

  boolean hasFailure() {
    return failed;
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    var problem = result.getThrowable();
    if (problem.isPresent()) {
      failed = true;
      problem.get().printStackTrace();
      var why = String.valueOf(problem.get().getMessage()).replaceAll("\\s+", " ").strip();
      System.out.println("not ok " + test.getDisplayName() + ": " + why);
    } else if (test.isTest()) {
      System.out.println("ok " + test.getDisplayName());
    }
  }
}
