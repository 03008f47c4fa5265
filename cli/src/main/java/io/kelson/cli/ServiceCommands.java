package io.kelson.cli;

import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.KeyValue;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.TxnOp;
import io.kelson.client.discovery.Instance;
import io.kelson.client.discovery.Registration;
import io.kelson.client.discovery.ServiceRegistry;
import io.kelson.client.discovery.ServiceView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;

/** The commands on services and their instances, which the client's registry keeps. */
final class ServiceCommands {
  private static final Command.Flag PREFIX =
      Command.Flag.value("prefix", "prefix", "below which services are (/services/)");

  private ServiceCommands() {}

  static Command register() {
    return new Verb(
        new Command.Form(
            List.of("service", "register"),
            "<service> <id> <host:port>",
            "Registers an instance of a service until Ctrl-C, or until this process dies.",
            List.of(
                Command.Flag.value("weight", "n", "its share of the load (1); 0 for none"),
                Command.Flag.value("meta", "name=value,...", "what else callers should know"),
                Command.Flag.value("ttl", "seconds", "how soon it goes when this dies (10)"),
                PREFIX),
            List.of(
                "kelsonctl service register web w1 10.0.0.1:8080 --meta=zone=a &",
                "kelsonctl service resolve web")),
        ServiceCommands::register);
  }

  private static void register(Flags flags, Session session) throws InterruptedException {
    if (flags.arguments().size() != 3) {
      throw CliException.badArgs("service register takes a service, an id and an address");
    }
    requireSimpleOrJson(session);
    List<String> words = flags.arguments().stream().map(ByteText::readable).toList();
    long weight = flags.has("weight") ? flags.number("weight") : 1;
    long ttlSeconds = flags.has("ttl") ? flags.number("ttl") : ServiceRegistry.DEFAULT_TTL_SECONDS;
    Instance instance;
    try {
      instance = new Instance(words.get(1), words.get(2), metadata(flags), Math.toIntExact(weight));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw CliException.badArgs(e.getMessage());
    }
    Registration registration =
        registry(flags, session.client()).register(words.get(0), instance, ttlSeconds);
    session.atInterrupt(registration::close);
    show(session, List.of(instance));
    session.console().flush();
    new CountDownLatch(1).await();
  }

  private static Map<String, String> metadata(Flags flags) {
    Map<String, String> metadata = new TreeMap<>();
    for (String pair : ByteText.readable(flags.text("meta", "")).split(",")) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        metadata.put(pair.substring(0, equals), pair.substring(equals + 1));
      } else if (!pair.isEmpty()) {
        throw CliException.badArgs("meta has \"" + pair + "\" in it: give name=value");
      }
    }
    return metadata;
  }

  static Command list() {
    return new Verb(
        new Command.Form(
            List.of("service", "list"),
            "",
            "Lists the services, each with how many instances it has.",
            List.of(PREFIX),
            List.of("kelsonctl service list")),
        (flags, session) -> {
          requireSimpleOrJson(session);
          Bytes prefix = prefix(flags);
          Map<String, Integer> services = new TreeMap<>();
          RangeOp all = RangeOp.builder(prefix).rangeEnd(prefix.prefixEnd()).keysOnly(true).build();
          for (KeyValue kv : session.client().range(all).kvs()) {
            String key = kv.key().utf8().substring(prefix.utf8().length());
            if (key.indexOf('/') > 0) {
              services.merge(key.substring(0, key.lastIndexOf('/')), 1, Integer::sum);
            }
          }
          if (isJson(session)) {
            session
                .console()
                .line(
                    Json.list(
                        services.entrySet(),
                        (json, service) ->
                            json.string("service", service.getKey())
                                .raw("instances", service.getValue())));
          } else {
            services.forEach((name, count) -> session.console().line(name + ", " + count));
          }
        });
  }

  static Command resolve() {
    return new Verb(
        new Command.Form(
            List.of("service", "resolve"),
            "<service>",
            "Prints the instances of a service: id, address, weight, and what else is known.",
            List.of(PREFIX),
            List.of("kelsonctl service resolve web", "kelsonctl service resolve web -w json")),
        (flags, session) -> {
          requireSimpleOrJson(session);
          show(session, registry(flags, session.client()).resolve(service(flags, "resolve")));
        });
  }

  static Command watch() {
    return new Verb(
        new Command.Form(
            List.of("service", "watch"),
            "<service>",
            "Prints the instances of a service now and whenever they change, until Ctrl-C.",
            List.of(PREFIX),
            List.of("kelsonctl service watch web -w json    one line for each change")),
        (flags, session) -> {
          requireSimpleOrJson(session);
          String service = service(flags, "watch");
          try (ServiceView view = registry(flags, session.client()).watch(service)) {
            view.ready().get();
            view.listen(instances -> showChange(session, instances));
            CompletableFuture<Void> over = view.closed();
            over.get();
          } catch (ExecutionException e) {
            throw e.getCause() instanceof EtcdException cause
                ? cause
                : new IllegalStateException(e.getCause());
          }
        });
  }

  private static void showChange(Session session, List<Instance> instances) {
    synchronized (session.console()) {
      if (!isJson(session)) {
        session.console().line(instances.size() + " instances");
      }
      show(session, instances);
      session.console().flush();
    }
  }

  static Command drain() {
    return new Verb(
        new Command.Form(
            List.of("service", "drain"),
            "<service> <id>",
            "Gives an instance the weight 0: it stays in the list and gets no new calls.",
            List.of(
                Command.Flag.value("weight", "n", "another weight than 0, to take it back"),
                PREFIX),
            List.of(
                "kelsonctl service drain web w1",
                "kelsonctl service drain web w1 --weight=1    and back",
                "An instance that has to register anew has its own weight again.")),
        ServiceCommands::drain);
  }

  private static void drain(Flags flags, Session session) {
    if (flags.arguments().size() != 2) {
      throw CliException.badArgs("service drain takes a service and an id");
    }
    long weight = flags.number("weight");
    if (weight < 0 || weight > Integer.MAX_VALUE) {
      throw CliException.badArgs("weight is " + weight + ": give 0 or more");
    }
    Bytes key =
        prefix(flags)
            .concat(ByteText.bytes(flags.arguments().get(0) + "/" + flags.arguments().get(1)));
    KelsonClient client = session.client();
    List<KeyValue> found = client.range(RangeOp.key(key)).kvs();
    if (found.isEmpty()) {
      throw new CliException(
          ExitCode.ERROR,
          "there is no "
              + ByteText.readable(flags.arguments().get(1))
              + " in "
              + ByteText.readable(flags.arguments().get(0))
              + "; service resolve lists those there are");
    }
    KeyValue instance = found.get(0);
    List<String> fields = new ArrayList<>(List.of(instance.value().utf8().split("&")));
    fields.removeIf(field -> field.startsWith("weight="));
    fields.add(1, "weight=" + weight);
    TxnOp change =
        TxnOp.builder()
            .when(Compare.modRevision(key, Compare.Relation.EQUAL, instance.modRevision()))
            .then(
                PutOp.builder(key, Bytes.utf8(String.join("&", fields))).ignoreLease(true).build())
            .build();
    if (!client.txn(change).succeeded()) {
      throw new CliException(
          ExitCode.ERROR, "the instance has just changed; look at it and try again");
    }
    session.console().line("weight " + weight);
  }

  private static void show(Session session, List<Instance> instances) {
    if (isJson(session)) {
      session.console().line(Json.list(instances, ServiceCommands::json));
      return;
    }
    for (Instance instance : instances) {
      StringBuilder line = new StringBuilder(instance.id());
      line.append(", ").append(instance.address()).append(", ").append(instance.weight());
      new TreeMap<>(instance.metadata())
          .forEach((name, value) -> line.append(", ").append(name).append('=').append(value));
      session.console().line(line.toString());
    }
  }

  private static void json(Json json, Instance instance) {
    json.string("id", instance.id())
        .string("address", instance.address())
        .raw("weight", instance.weight());
    if (!instance.metadata().isEmpty()) {
      json.object(
          "metadata", metadata -> new TreeMap<>(instance.metadata()).forEach(metadata::string));
    }
  }

  private static boolean isJson(Session session) {
    return session.globals().writeOut().equals("json");
  }

  private static void requireSimpleOrJson(Session session) {
    String format = session.globals().writeOut();
    if (!format.equals("simple") && !format.equals("json")) {
      throw Printers.unsupported(format);
    }
  }

  private static String service(Flags flags, String verb) {
    if (flags.arguments().size() != 1 || flags.arguments().get(0).isEmpty()) {
      throw CliException.badArgs("service " + verb + " takes the name of a service");
    }
    return ByteText.readable(flags.arguments().get(0));
  }

  private static Bytes prefix(Flags flags) {
    return flags.has("prefix")
        ? ByteText.bytes(flags.text("prefix", ""))
        : ServiceRegistry.DEFAULT_PREFIX;
  }

  private static ServiceRegistry registry(Flags flags, KelsonClient client) {
    return new ServiceRegistry(client, prefix(flags));
  }
}
