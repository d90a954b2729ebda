// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using Gherkin;
using Gherkin.Ast;

namespace FastLedger.Applications.Scenarios;

/// <summary>Reads a feature file of an area. Its name is the area's number, a dash and the area's key; the first line of the description
/// is the promise.</summary>
public static class FeatureReader
{
    private const string AttackTag = "@attack";
    private const string PromiseMark = "Promise:";

    /// <summary>Reads one area.</summary>
    /// <param name="name">Name of the file without extension, as <c>02-payments</c>.</param>
    /// <param name="reader">Its text.</param>
    /// <exception cref="ScenarioException">It is not a sound feature.</exception>
    public static Area Read(string name, TextReader reader)
    {
        int dash = name.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0 || !int.TryParse(name.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            throw new ScenarioException($"{name}: the name of a feature file begins with the area's number and a dash.");
        Feature feature = Parse(name, reader);
        string promise = (feature.Description ?? "").Split('\n').Select(l => l.Trim()).FirstOrDefault(l => l.StartsWith(PromiseMark, StringComparison.Ordinal))
            ?? throw new ScenarioException($"{name}: the description must have a line that begins with \"{PromiseMark}\".");
        var background = new List<ScenarioStep>();
        var scenarios = new List<Scenario>();
        foreach (IHasLocation child in feature.Children)
        {
            switch (child)
            {
                case Background common:
                    background.AddRange(common.Steps.Select(s => Step(s, [])));
                    break;
                case Gherkin.Ast.Scenario scenario:
                    scenarios.AddRange(Expand(scenario, background));
                    break;
                default:
                    throw new ScenarioException($"{name}, line {child.Location.Line}: only a background and scenarios may stand in a feature.");
            }
        }

        return new Area(number, name[(dash + 1)..], feature.Name, promise[PromiseMark.Length..].Trim(), scenarios);
    }

    private static Feature Parse(string name, TextReader reader)
    {
        try
        {
            return new Parser().Parse(reader).Feature ?? throw new ScenarioException($"{name}: there is no feature in the file.");
        }
        catch (ParserException fault)
        {
            throw new ScenarioException($"{name}: {fault.Message}", fault);
        }
    }

    /// <summary>A scenario as it is, or one for each row of its examples.</summary>
    private static IEnumerable<Scenario> Expand(Gherkin.Ast.Scenario scenario, List<ScenarioStep> background)
    {
        bool attack = scenario.Tags.Any(t => t.Name == AttackTag);
        var examples = scenario.Examples.ToList();
        if (examples.Count == 0)
        {
            yield return new Scenario(scenario.Name, attack, [.. background, .. scenario.Steps.Select(s => Step(s, []))]);
            yield break;
        }

        foreach (Examples table in examples)
        {
            string[] names = [.. table.TableHeader.Cells.Select(c => c.Value)];
            foreach (TableRow row in table.TableBody)
            {
                (string, string)[] values = [.. names.Zip(row.Cells, (n, c) => ($"<{n}>", c.Value))];
                yield return new Scenario(Fill(scenario.Name, values), attack, [.. background, .. scenario.Steps.Select(s => Step(s, values))]);
            }
        }
    }

    private static ScenarioStep Step(Step step, (string, string)[] values) => new(
        step.Location.Line,
        step.Keyword.Trim(),
        Fill(step.Text.Trim(), values),
        step.DocString is { } text ? [.. text.Content.Split('\n').Select(l => Fill(l.Trim(), values)).Where(l => l.Length > 0)] : [],
        step.DataTable is { } table ? [.. table.Rows.Select(r => (IReadOnlyList<string>)[.. r.Cells.Select(c => Fill(c.Value, values))])] : []);

    private static string Fill(string text, (string Name, string Value)[] values)
    {
        foreach ((string name, string value) in values) text = text.Replace(name, value, StringComparison.Ordinal);
        return text;
    }
}
