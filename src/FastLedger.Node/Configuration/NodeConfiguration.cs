// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Reflection;
using System.Text.Json;
using Tomlyn;
using Tomlyn.Model;

namespace FastLedger.Node.Configuration;

/// <summary>
/// Layers settings over the defaults of <see cref="NodeOptions"/>: file (TOML or JSON), then environment
/// (<c>FASTLEDGER__SECTION__KEY</c>), then command line (<c>section.key=value</c>). Keys are the property names in snake_case.
/// </summary>
public static class NodeConfiguration
{
    /// <summary>Prefix of environment variables.</summary>
    public const string EnvironmentPrefix = "FASTLEDGER__";

    /// <summary>Reads and checks the settings.</summary>
    /// <param name="file">A .toml or .json file, or null.</param>
    /// <param name="environment">Variables; those with another prefix are passed over.</param>
    /// <param name="overrides">Settings of the form <c>section.key=value</c>.</param>
    /// <exception cref="ConfigurationException">Everything that is wrong, at once.</exception>
    public static NodeOptions Load(string? file, IReadOnlyDictionary<string, string> environment, IEnumerable<string> overrides)
    {
        var options = new NodeOptions();
        var faults = new List<string>();
        if (file is not null) Apply(options, ReadFile(file, faults), $"{file}: ", faults);
        var variables = new List<KeyValuePair<string, string>>();
        foreach ((string name, string value) in environment)
            if (name.StartsWith(EnvironmentPrefix, StringComparison.Ordinal))
                variables.Add(new(name[EnvironmentPrefix.Length..].Replace("__", ".", StringComparison.Ordinal).ToLowerInvariant(), value));
        Apply(options, variables, "environment: ", faults);
        var arguments = new List<KeyValuePair<string, string>>();
        foreach (string argument in overrides)
        {
            int equals = argument.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0) arguments.Add(new(argument[..equals], argument[(equals + 1)..]));
            else faults.Add($"command line: \"{argument}\" is not of the form key=value");
        }

        Apply(options, arguments, "command line: ", faults);
        faults.AddRange(options.Faults());
        return faults.Count == 0 ? options : throw new ConfigurationException(faults);
    }

    private static List<KeyValuePair<string, string>> ReadFile(string file, List<string> faults)
    {
        var settings = new List<KeyValuePair<string, string>>();
        try
        {
            string text = File.ReadAllText(file);
            if (Path.GetExtension(file).Equals(".json", StringComparison.OrdinalIgnoreCase)) Flatten(JsonDocument.Parse(text).RootElement, "", settings);
            else Flatten(TomlSerializer.Deserialize<TomlTable>(text) ?? [], "", settings);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or TomlException or InvalidOperationException)
        {
            faults.Add($"{file}: {e.Message}");
        }

        return settings;
    }

    private static void Flatten(JsonElement element, string prefix, List<KeyValuePair<string, string>> settings)
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string key = prefix + property.Name;
            if (property.Value.ValueKind == JsonValueKind.Object) Flatten(property.Value, key + ".", settings);
            else settings.Add(new(key, property.Value.ToString()));
        }
    }

    private static void Flatten(TomlTable table, string prefix, List<KeyValuePair<string, string>> settings)
    {
        foreach ((string name, object value) in table)
        {
            if (value is TomlTable inner) Flatten(inner, prefix + name + ".", settings);
            else settings.Add(new(prefix + name, Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
        }
    }

    private static void Apply(NodeOptions options, IEnumerable<KeyValuePair<string, string>> settings, string source, List<string> faults)
    {
        foreach ((string key, string value) in settings)
        {
            object target = options;
            PropertyInfo? property = null;
            foreach (string part in key.Split('.'))
            {
                if (property is not null) target = property.GetValue(target)!;
                property = Find(target.GetType(), part);
                if (property is null) break;
            }

            if (property is null || !property.CanWrite || property.PropertyType.Name.EndsWith("Section", StringComparison.Ordinal))
                faults.Add($"{source}unknown setting {key}");
            else if (!TryConvert(value, property.PropertyType, out object? converted))
                faults.Add($"{source}{key} = \"{value}\" is not {Describe(property.PropertyType)}");
            else property.SetValue(target, converted);
        }
    }

    private static PropertyInfo? Find(Type type, string snakeCase)
    {
        foreach (PropertyInfo property in type.GetProperties())
            if (JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name) == snakeCase) return property;
        return null;
    }

    /// <summary>Sizes may carry a binary unit: 64MiB, 4GiB.</summary>
    private static bool TryConvert(string text, Type type, out object? value)
    {
        value = null;
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string)) value = text;
        else if (type == typeof(bool))
        {
            if (!bool.TryParse(text, out bool flag)) return false;
            value = flag;
        }
        else if (type.IsEnum)
        {
            if (!Enum.TryParse(type, text, ignoreCase: true, out value) || !Enum.IsDefined(type, value)) return false;
        }
        else
        {
            long factor = 1;
            foreach ((string unit, long size) in new[] { ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30) })
            {
                if (!text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)) continue;
                factor = size;
                text = text[..^3].TrimEnd();
            }

            if (!long.TryParse(text.Replace("_", "", StringComparison.Ordinal), NumberStyles.Integer, CultureInfo.InvariantCulture, out long number)) return false;
            try
            {
                value = Convert.ChangeType(checked(number * factor), type, CultureInfo.InvariantCulture);
            }
            catch (OverflowException)
            {
                return false;
            }
        }

        return value is not null;
    }

    private static string Describe(Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type) == typeof(bool) ? "true or false" : type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type)).ToLowerInvariant()}" : "a whole number in range, such as 4096 or 64MiB";
}
