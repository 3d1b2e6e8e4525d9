import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.opensearch.common.logging.LogConfigurator;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.mapper.MapperExtrasPlugin;
import org.opensearch.ingest.common.IngestCommonPlugin;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.painless.PainlessPlugin;
import org.opensearch.script.mustache.MustachePlugin;
import org.opensearch.transport.Netty4Plugin;

/** OpenSearch in a folder: the first argument. The others are settings, such as `http.port=9200`. It ends with a TERM, and when nobody holds its input. */
public final class OpenSearchServer extends Node {
    private OpenSearchServer(Settings settings) {
        // Its modules are on the class path.
        super(
            InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "test"),
            List.of(Netty4Plugin.class, IngestCommonPlugin.class, PainlessPlugin.class, MustachePlugin.class, MapperExtrasPlugin.class),
            false);
    }

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        Settings.Builder settings = Settings.builder().put("path.home", home.toString());
        for (int at = 1; at < arguments.length; at++) {
            String[] setting = arguments[at].split("=", 2);
            settings.put(setting[0], setting[1]);
        }
        // Everything else asks for a logger.
        LogConfigurator.registerErrorListener();
        Node node = new OpenSearchServer(settings.build());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
            } catch (Exception error) {
                error.printStackTrace();
            }
        }));
        node.start();
        // Whoever has started it is gone when this ends.
        while (System.in.read() >= 0) { }
        System.exit(0);
    }
}
