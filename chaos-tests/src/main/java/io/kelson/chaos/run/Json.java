package io.kelson.chaos.run;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.TypeAdapter;
import com.google.gson.TypeAdapterFactory;
import com.google.gson.reflect.TypeToken;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import io.kelson.chaos.history.WatchRecord;
import io.kelson.client.Bytes;
import io.kelson.client.DeleteOp;
import io.kelson.client.DeleteResult;
import io.kelson.client.Op;
import io.kelson.client.OpResult;
import io.kelson.client.PutOp;
import io.kelson.client.PutResult;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * JSON of the harness's records, in both directions.
 *
 * <p>A record is an object of its components. Bytes are a string: the text if it is printable
 * ASCII, else {@code 0x} and hexadecimal. One of several kinds is an object with the kind's name as
 * its only member. An optional is an array of none or one.
 */
public final class Json {
  private static final String HEX = "0x";

  private Json() {}

  /** For a line a value. */
  public static Gson compact() {
    return builder().create();
  }

  /** For people. */
  public static Gson pretty() {
    return builder().setPrettyPrinting().create();
  }

  private static GsonBuilder builder() {
    return new GsonBuilder()
        .disableHtmlEscaping()
        .serializeSpecialFloatingPointValues()
        .registerTypeAdapter(Bytes.class, new BytesAdapter())
        .registerTypeAdapter(Duration.class, new DurationAdapter())
        .registerTypeAdapterFactory(new Optionals())
        .registerTypeAdapterFactory(
            new Kinds(Op.class)
                .with("range", RangeOp.class)
                .with("put", PutOp.class)
                .with("delete", DeleteOp.class)
                .with("txn", TxnOp.class))
        .registerTypeAdapterFactory(
            new Kinds(OpResult.class)
                .with("range", RangeResult.class)
                .with("put", PutResult.class)
                .with("delete", DeleteResult.class)
                .with("txn", TxnResult.class))
        .registerTypeAdapterFactory(
            new Kinds(WatchRecord.Item.class)
                .with("events", WatchRecord.Events.class)
                .with("progress", WatchRecord.Progress.class)
                .with("interrupted", WatchRecord.Interrupted.class));
  }

  private static final class BytesAdapter extends TypeAdapter<Bytes> {
    @Override
    public void write(JsonWriter out, Bytes value) throws IOException {
      out.value(value == null ? null : text(value));
    }

    @Override
    public Bytes read(JsonReader in) throws IOException {
      String text = in.nextString();
      return text.startsWith(HEX)
          ? Bytes.of(HexFormat.of().parseHex(text, HEX.length(), text.length()))
          : Bytes.utf8(text);
    }

    private static String text(Bytes value) {
      boolean plain = !value.startsWith(Bytes.utf8(HEX));
      for (int i = 0; i < value.size() && plain; i++) {
        plain = value.at(i) >= 0x20 && value.at(i) < 0x7f;
      }
      return plain ? value.utf8() : HEX + HexFormat.of().formatHex(value.toByteArray());
    }
  }

  private static final class DurationAdapter extends TypeAdapter<Duration> {
    @Override
    public void write(JsonWriter out, Duration value) throws IOException {
      out.value(value == null ? null : value.toString());
    }

    @Override
    public Duration read(JsonReader in) throws IOException {
      return Duration.parse(in.nextString());
    }
  }

  private static final class Optionals implements TypeAdapterFactory {
    @Override
    public <T> TypeAdapter<T> create(Gson gson, TypeToken<T> type) {
      if (type.getRawType() != Optional.class) {
        return null;
      }
      Type content = ((ParameterizedType) type.getType()).getActualTypeArguments()[0];
      TypeAdapter<?> inner = gson.getAdapter(TypeToken.get(content));
      @SuppressWarnings("unchecked")
      TypeAdapter<T> adapter = (TypeAdapter<T>) new OptionalAdapter<>(inner);
      return adapter;
    }
  }

  private static final class OptionalAdapter<V> extends TypeAdapter<Optional<V>> {
    private final TypeAdapter<V> inner;

    OptionalAdapter(TypeAdapter<V> inner) {
      this.inner = inner;
    }

    @Override
    public void write(JsonWriter out, Optional<V> value) throws IOException {
      // As an array of none or one: a member left out would come back as null in a record.
      out.beginArray();
      if (value.isPresent()) {
        inner.write(out, value.get());
      }
      out.endArray();
    }

    @Override
    public Optional<V> read(JsonReader in) throws IOException {
      in.beginArray();
      Optional<V> value =
          in.peek() == JsonToken.END_ARRAY ? Optional.empty() : Optional.of(inner.read(in));
      in.endArray();
      return value;
    }
  }

  /** The kinds of a sealed interface. */
  private static final class Kinds implements TypeAdapterFactory {
    private final Class<?> sealed;
    private final Map<String, Class<?>> byName = new LinkedHashMap<>();
    private final Map<Class<?>, String> byClass = new LinkedHashMap<>();

    Kinds(Class<?> sealed) {
      this.sealed = sealed;
    }

    Kinds with(String name, Class<?> kind) {
      byName.put(name, kind);
      byClass.put(kind, name);
      return this;
    }

    @Override
    public <T> TypeAdapter<T> create(Gson gson, TypeToken<T> type) {
      if (type.getRawType() != sealed) {
        return null;
      }
      return new TypeAdapter<>() {
        @Override
        public void write(JsonWriter out, T value) throws IOException {
          out.beginObject().name(byClass.get(value.getClass()));
          gson.toJson(value, value.getClass(), out);
          out.endObject();
        }

        @Override
        public T read(JsonReader in) throws IOException {
          in.beginObject();
          String name = in.nextName();
          Class<?> kind = byName.get(name);
          if (kind == null) {
            throw new JsonParseException(name + " is none of " + byName.keySet());
          }
          @SuppressWarnings("unchecked")
          T value = (T) gson.fromJson(in, (Type) kind);
          in.endObject();
          return value;
        }
      };
    }
  }
}
