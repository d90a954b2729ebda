// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;

namespace FastLedger.Applications.Scenarios;

/// <summary>The areas that are built in: every feature file of this assembly.</summary>
public static class AreaCatalog
{
    private const string Extension = ".feature";

    /// <summary>All areas by ascending number.</summary>
    /// <exception cref="ScenarioException">A file is not a sound feature.</exception>
    public static IReadOnlyList<Area> Load()
    {
        Assembly assembly = typeof(AreaCatalog).Assembly;
        var areas = new List<Area>();
        foreach (string resource in assembly.GetManifestResourceNames().Where(n => n.EndsWith(Extension, StringComparison.Ordinal)))
        {
            using Stream stream = assembly.GetManifestResourceStream(resource)!;
            using var reader = new StreamReader(stream);
            areas.Add(FeatureReader.Read(resource[..^Extension.Length], reader));
        }

        areas.Sort((a, b) => a.Number.CompareTo(b.Number));
        return areas;
    }

    /// <summary>The areas that were asked for, by number or key.</summary>
    /// <param name="areas">All areas.</param>
    /// <param name="wanted">Numbers (2, 02) or keys (payments); none means all.</param>
    /// <exception cref="ScenarioException">There is no such area.</exception>
    public static IReadOnlyList<Area> Select(IReadOnlyList<Area> areas, IReadOnlyCollection<string> wanted)
    {
        if (wanted.Count == 0) return areas;
        var chosen = new SortedDictionary<int, Area>();
        foreach (string name in wanted)
        {
            Area area = areas.FirstOrDefault(a => IsNamed(a, name)) ?? throw new ScenarioException($"There is no area \"{name}\"; the areas are {string.Join(", ", areas.Select(a => $"{a.Number} {a.Key}"))}.");
            chosen[area.Number] = area;
        }

        return [.. chosen.Values];
    }

    private static bool IsNamed(Area area, string name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? area.Number == number
            : string.Equals(area.Key, name, StringComparison.OrdinalIgnoreCase);
}
