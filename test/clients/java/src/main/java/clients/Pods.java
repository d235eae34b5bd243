package clients;

/** Pods that answer, through both clients of Java: logs, exec, copies and port-forward. */
public final class Pods {
  private Pods() {}

  public static void main(String[] args) throws Exception {
    var namespace = System.getenv("NAMESPACE");
    new Official(namespace).run();
    new Fabric8(namespace).run();
    System.exit(Check.failed ? 1 : 0);
  }
}
