// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Linq;

namespace FastLedger.Applications.Vocabulary;

/// <summary>The sentences that scenarios may use, as Markdown.</summary>
public static class VocabularyReference
{
    /// <summary>A heading for each family, then a line for each sentence: its form and its meaning.</summary>
    public static IEnumerable<string> Lines => StepCatalog.Families.SelectMany(family => (IEnumerable<string>)
        [$"### {family.Family}", "", .. family.Steps.Select(Line), ""]);

    private static string Line(StepDefinition definition) =>
        $"- `{(definition is ActionStep ? "{party} " : "")}{definition.Pattern.Form}`  \n  {definition.Meaning}";
}
