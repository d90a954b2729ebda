// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Linq;
using FastLedger.Applications.Scenarios;

namespace FastLedger.Applications.Vocabulary;

/// <summary>All sentences that scenarios may use, by family.</summary>
internal static class StepCatalog
{
    private const string SubjectForm = "{party} ";

    /// <summary>The families, in the order of the reference page.</summary>
    public static IReadOnlyList<(string Family, IReadOnlyList<StepDefinition> Steps)> Families { get; } =
    [
        ("Parties, assets, accounts", AccountSteps.All),
        ("Transfers", TransferSteps.All),
        ("Chains and repetition", ChainSteps.All),
        ("Policies and bounds", PolicySteps.All),
        ("Classes of objects", ClassSteps.All),
        ("Objects", ObjectSteps.All),
        ("Paying to many", SplitSteps.All),
        ("Sealed rounds", RoundSteps.All),
        ("Outcomes", OutcomeSteps.All),
        ("Markets", MarketSteps.All),
        ("Storage", StorageSteps.All),
        ("Many parties", VoterSteps.All),
        ("What objects are and were", ObjectEvidenceSteps.All),
        ("What was decided", DecisionEvidenceSteps.All),
        ("Documents and the event log", DocumentSteps.All),
        ("Proofs", ProofSteps.All),
        ("Time", TimeSteps.All),
        ("Arithmetic", ArithmeticSteps.All),
    ];

    private static readonly List<(StepDefinition Definition, StepPattern Whole)> Definitions =
        [.. Families.SelectMany(f => f.Steps).Select(d => (d, d is ActionStep ? new StepPattern(SubjectForm + d.Pattern.Form) : d.Pattern))];

    /// <summary>What a whole sentence means.</summary>
    /// <exception cref="ScenarioException">None or several sentences have this form.</exception>
    public static (StepDefinition Definition, IReadOnlyList<string?> Values) Find(string sentence) =>
        Only(sentence, [.. Definitions.Select(d => (d.Definition, Values: d.Whole.Match(sentence)!)).Where(m => m.Values is not null)]);

    /// <summary>What a sentence without its subject means, as it stands in a chain.</summary>
    /// <exception cref="ScenarioException">None or several sentences have this form, or it is not one that sends commands.</exception>
    public static (ActionStep Definition, IReadOnlyList<string?> Values) FindAction(string sentence)
    {
        (StepDefinition definition, IReadOnlyList<string?> values) = Only(
            sentence, [.. Definitions.Where(d => d.Definition is ActionStep).Select(d => (d.Definition, Values: d.Definition.Pattern.Match(sentence)!)).Where(m => m.Values is not null)]);
        return ((ActionStep)definition, values);
    }

    private static (StepDefinition Definition, IReadOnlyList<string?> Values) Only(string sentence, List<(StepDefinition Definition, IReadOnlyList<string?> Values)> found) => found.Count switch
    {
        1 => found[0],
        0 => throw new ScenarioException($"No sentence of the vocabulary has this form: {sentence}"),
        _ => throw new ScenarioException($"{sentence}: could be {string.Join(" or ", found.Select(f => $"\"{f.Definition.Pattern.Form}\""))}"),
    };
}
