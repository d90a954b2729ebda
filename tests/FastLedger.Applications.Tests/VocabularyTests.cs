// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using FastLedger.Applications.Running;
using FastLedger.Applications.Scenarios;
using FastLedger.Applications.Vocabulary;

namespace FastLedger.Applications.Tests;

public sealed class VocabularyTests
{
    [Fact]
    public void Every_sentence_of_every_area_has_exactly_one_meaning()
    {
        var faults = new List<string>();
        foreach (Area area in AreaCatalog.Load())
        {
            foreach (ScenarioStep step in area.Scenarios.SelectMany(s => s.Steps).Distinct())
            {
                string text = ScenarioRunner.WithoutExpectation(step).Text;
                Try(area, step, () => StepCatalog.Find(text));
                if (!text.EndsWith("all or nothing:", StringComparison.Ordinal) && !text.EndsWith("times:", StringComparison.Ordinal)) continue;
                foreach (string line in step.Lines) Try(area, step, () => StepCatalog.FindAction(line));
            }
        }

        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults.Distinct()));

        void Try(Area area, ScenarioStep step, Action find)
        {
            try
            {
                find();
            }
            catch (ScenarioException fault)
            {
                faults.Add($"{area.Key}, line {step.Line}: {fault.Message}");
            }
        }
    }

    [Fact]
    public void The_reference_page_lists_exactly_these_sentences()
    {
        string page = File.ReadAllText(Path.Combine(RepositoryRoot(), "src", "FastLedger.Applications", "README.md"));
        string reference = string.Join('\n', VocabularyReference.Lines);
        Assert.EndsWith(reference.Trim(), page.ReplaceLineEndings("\n").Trim(), StringComparison.Ordinal);
    }

    private static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "FastLedger.sln"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
