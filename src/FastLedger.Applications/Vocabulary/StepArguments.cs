// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using FastLedger.Applications.Running;
using FastLedger.Applications.Scenarios;

namespace FastLedger.Applications.Vocabulary;

/// <summary>What the placeholders of a sentence stand for, in the world of its scenario. Places count from 0.</summary>
internal partial class StepArguments(World world, IReadOnlyList<string?> values, ScenarioStep step)
{
    public World World => world;

    public ScenarioStep Step => step;

    public bool Has(int place) => values[place] is not null;

    public string Text(int place) => values[place] ?? throw new ScenarioException("An optional part of the sentence is missing.");

    public Party Party(int place) => world.Party(Text(place));

    public IReadOnlyList<Party> Parties(int place) => [.. Words(Text(place)).Select(world.Party)];

    public IReadOnlyList<string> Texts(int place) => [.. Words(Text(place))];

    /// <summary>Quoted names, without the quotes.</summary>
    public IReadOnlyList<string> Names(int place) => [.. Quoted().Matches(Text(place)).Select(m => m.Value[1..^1])];

    public ulong Account(int place) => world.Account(Text(place));

    public IReadOnlyList<ulong> Accounts(int place) => [.. AccountNames().Matches(Text(place)).Select(m => world.Account(m.Value))];

    public Asset Asset(int place) => world.Asset(Text(place));

    /// <summary>An amount of money, 0 or more.</summary>
    public Money Money(int place)
    {
        Money money = world.Money(Text(place));
        if (money.Minor < 0) throw new ScenarioException($"{Text(place)} must not be negative.");
        return money;
    }

    public Money SignedMoney(int place) => world.Money(Text(place));

    /// <summary>Number of a policy: of a party, or of one named in quotes.</summary>
    public uint Policy(int place) => world.Policy(Text(place));

    /// <summary>As <see cref="Policy"/>, or 0 where the optional part is absent.</summary>
    public uint PolicyOrNone(int place) => Has(place) ? Policy(place) : 0;

    /// <summary>A thing named in quotes.</summary>
    public ulong Thing(string kind, int place) => world.Thing(kind, Name(place));

    /// <summary>A quoted name, without the quotes.</summary>
    public string Name(int place) => Text(place)[1..^1];

    public ulong Number(int place) => ulong.Parse(Text(place), NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    /// <summary>Seconds.</summary>
    public uint Seconds(int place) => SecondsOf(Text(place));

    /// <summary>Seconds of a text such as <c>48 hours</c>.</summary>
    public static uint SecondsOf(string span)
    {
        string[] words = span.Split(' ');
        uint count = uint.Parse(words[0], NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
        return checked(count * (words[1].TrimEnd('s') switch { "second" => 1u, "minute" => 60u, "hour" => 3600u, _ => 86400u }));
    }

    /// <summary>A member of an enum.</summary>
    public T Choice<T>(int place) where T : struct, Enum =>
        Enum.TryParse(Text(place), ignoreCase: true, out T value) ? value : throw new ScenarioException($"{Text(place)} is none of {string.Join(", ", Enum.GetNames<T>())}.");

    /// <summary>Counts and what they are for, as <c>1 for 0 and 2 for 1</c>.</summary>
    public IReadOnlyList<(ulong Count, uint Choice)> Counts(int place) =>
        [.. Words(Text(place)).Select(w => w.Split(" for ")).Select(p => (
            ulong.Parse(p[0], NumberStyles.AllowThousands, CultureInfo.InvariantCulture), uint.Parse(p[1], CultureInfo.InvariantCulture)))];

    private static string[] Words(string list) =>
        list.Replace(" and ", ", ", StringComparison.Ordinal).Split(", ", StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"[A-Z][A-Za-z0-9-]*'s [A-Z][A-Za-z0-9]*|""[^""]*""")]
    private static partial Regex AccountNames();
}
