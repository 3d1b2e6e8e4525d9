import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/** Elasticsearch in a folder: the first argument. The others are settings, such as `http.port=9200`. It ends with a TERM, and when nobody holds its input. */
public final class SearchServer {
    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        // Everything else asks for a logger.
        LogConfigurator.configureESLogging();
        Settings.Builder settings = Settings.builder().put("path.home", home.toString());
        for (int at = 1; at < arguments.length; at++) {
            String[] setting = arguments[at].split("=", 2);
            settings.put(setting[0], setting[1]);
        }
        Environment environment = new Environment(settings.build(), home.resolve("config"));
        Node node = new Node(environment, PluginsLoader.createPluginsLoader(
            PluginsLoader.loadModulesBundles(home.resolve("modules")), Set.of(), Map.of(), false));
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
