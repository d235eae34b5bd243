package clients.fabric8.informers;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A connection to the server that can be cut, as networks are. */
final class Wire implements Closeable {
  private final ServerSocket listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final URI target;
  private volatile boolean cut = false;

  Wire(String url) throws IOException {
    target = URI.create(url);
    threads.submit(this::accept);
  }

  String url() {
    return target.toString().replace(":" + target.getPort(), ":" + listener.getLocalPort());
  }

  void cut() {
    cut = true;
    sockets.forEach(Wire::end);
  }

  void mend() {
    cut = false;
  }

  private Void accept() throws IOException {
    while (true) {
      var client = listener.accept();
      if (cut) {
        client.close();
        continue;
      }
      var server = new Socket(target.getHost(), target.getPort());
      sockets.add(client);
      sockets.add(server);
      threads.submit(() -> pipe(client, server));
      threads.submit(() -> pipe(server, client));
    }
  }

  private static Void pipe(Socket from, Socket to) throws IOException {
    try (from; to) {
      from.getInputStream().transferTo(to.getOutputStream());
    }
    return null;
  }

  private static void end(Socket socket) {
    try {
      socket.close();
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    cut();
    threads.shutdownNow();
  }
}
