// SPDX-License-Identifier: Apache-2.0
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastLedger.Load.Reports;

/// <summary>How results are written for machines: one object, snake_case, no nulls.</summary>
public static class LedgerJson
{
    /// <summary>Indented: people read it too.</summary>
    public static JsonSerializerOptions Indented { get; } = Create(indented: true);

    /// <summary>On one line, for messages between a node and its supervisor.</summary>
    public static JsonSerializerOptions Line { get; } = Create(indented: false);

    private static JsonSerializerOptions Create(bool indented)
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            WriteIndented = indented,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
        return options;
    }

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Indented);

    public static string WriteLine<T>(T value) => JsonSerializer.Serialize(value, Line);

    /// <summary>Reads what <see cref="WriteLine"/> wrote.</summary>
    /// <exception cref="JsonException">The text is not such an object.</exception>
    public static T Read<T>(string text) => JsonSerializer.Deserialize<T>(text, Line) ?? throw new JsonException("The text is null.");
}
