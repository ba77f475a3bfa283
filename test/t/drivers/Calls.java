import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.Arrays;

/** Calls of test/t/drivers.py by JDBC: a statement and its parameters a line. */
public class Calls {
    static void bind(Connection connection, PreparedStatement statement, int n, String kind,
            String value) throws SQLException {
        switch (kind) {
            case "integer": statement.setInt(n, Integer.parseInt(value)); break;
            case "id": statement.setLong(n, Long.parseLong(value)); break;
            case "decimal": statement.setBigDecimal(n, new BigDecimal(value)); break;
            case "boolean": statement.setBoolean(n, Boolean.parseBoolean(value)); break;
            case "time": statement.setObject(n, OffsetDateTime.parse(value)); break;
            case "lines": statement.setObject(n, value, Types.OTHER); break;
            case "ids":
                statement.setArray(n, connection.createArrayOf("bigint",
                    Arrays.stream(value.split(",")).map(Long::valueOf).toArray()));
                break;
            case "integers":
            case "decimals":
            case "texts":
                statement.setArray(n, connection.createArrayOf("numeric",
                    Arrays.stream(value.split(",")).map(BigDecimal::new).toArray()));
                break;
            default: statement.setString(n, value);
        }
    }

    static String call(Connection connection, String line) {
        String[] fields = line.split("\t");
        try (PreparedStatement statement =
                connection.prepareStatement(fields[0].replaceAll("\\$\\d+", "?"))) {
            for (int n = 1; n < fields.length; n++) {
                int colon = fields[n].indexOf(':');
                bind(connection, statement, n, fields[n].substring(0, colon),
                    fields[n].substring(colon + 1));
            }
            try (ResultSet rows = statement.executeQuery()) {
                StringBuilder names = new StringBuilder();
                for (int n = 1; n <= rows.getMetaData().getColumnCount(); n++) {
                    names.append(n == 1 ? "" : ",").append(rows.getMetaData().getColumnName(n));
                }
                rows.next();
                return names + "\t" + rows.getLong("posting_id") + ","
                    + rows.getLong("document_number") + "," + rows.getString("status") + ","
                    + rows.getBoolean("replayed");
            }
        } catch (SQLException error) {
            return "error\t" + error.getSQLState() + " " + error.getMessage().replace('\n', ' ');
        }
    }

    public static void main(String[] arguments) throws Exception {
        BufferedReader input =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (Connection connection = DriverManager.getConnection(arguments[0])) {
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                System.out.println(call(connection, line));
            }
        }
    }
}
