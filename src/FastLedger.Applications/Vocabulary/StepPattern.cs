// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using FastLedger.Applications.Scenarios;

namespace FastLedger.Applications.Vocabulary;

/// <summary>
/// The form of a sentence: words, <c>{placeholders}</c> and <c>[optional parts]</c>. The kinds of placeholders are listed in
/// <see cref="Kinds"/>; a placeholder may have a label before its kind, as in <c>{payer:account}</c>.
/// </summary>
public sealed partial class StepPattern
{
    private const string AccountForm = @"[A-Z][A-Za-z0-9-]*'s [A-Z][A-Za-z0-9]*|""[^""]*""";

    /// <summary>What may stand for a placeholder, as a regular expression.</summary>
    public static IReadOnlyDictionary<string, string> Kinds { get; } = new SortedDictionary<string, string>
    {
        ["party"] = "[A-Z][A-Za-z0-9-]*",
        ["parties"] = "[A-Z][A-Za-z0-9-]*(?:, [A-Z][A-Za-z0-9-]*)*(?: and [A-Z][A-Za-z0-9-]*)?",
        ["account"] = AccountForm,
        ["accounts"] = $"(?:{AccountForm})(?:, (?:{AccountForm}))*(?: and (?:{AccountForm}))?",
        ["assets"] = "[A-Z][A-Za-z0-9]*(?:, [A-Z][A-Za-z0-9]*)*(?: and [A-Z][A-Za-z0-9]*)?",
        ["asset"] = "[A-Z][A-Za-z0-9]*",
        ["amount"] = @"-?[0-9][0-9,]*(?:\.[0-9]+)? [A-Z][A-Za-z0-9]*",
        ["never"] = "never",
        ["number"] = "[0-9][0-9,]*",
        ["closed"] = "closed",
        ["decimal"] = @"-?[0-9][0-9,]*(?:\.[0-9]+)?",
        ["name"] = "\"[^\"]*\"",
        ["names"] = "\"[^\"]*\"(?:, \"[^\"]*\")*(?: and \"[^\"]*\")?",
        ["policy"] = "[A-Z][A-Za-z0-9-]*|\"[^\"]*\"",
        ["policies"] = "(?:[A-Z][A-Za-z0-9-]*|\"[^\"]*\")(?:, (?:[A-Z][A-Za-z0-9-]*|\"[^\"]*\"))*(?: and (?:[A-Z][A-Za-z0-9-]*|\"[^\"]*\"))?",
        ["shares"] = $"(?:{AccountForm}) at [0-9,]+[0-9](?:, (?:{AccountForm}) at [0-9,]+[0-9])*(?: and (?:{AccountForm}) at [0-9,]+[0-9])?",
        ["counts"] = "[0-9][0-9,]* for [0-9]+(?:, [0-9][0-9,]* for [0-9]+)*(?: and [0-9][0-9,]* for [0-9]+)?",
        ["span"] = "[0-9][0-9,]* (?:second|minute|hour|day)s?",
        ["word"] = "[A-Za-z][A-Za-z0-9-]*",
        ["words"] = "[A-Za-z][A-Za-z0-9-]*(?:, [A-Za-z][A-Za-z0-9-]*)*(?: and [A-Za-z][A-Za-z0-9-]*)?",
    };

    private readonly Regex _expression;
    private readonly int _count;

    /// <param name="form">The form.</param>
    /// <exception cref="ScenarioException">A placeholder is of no known kind.</exception>
    public StepPattern(string form)
    {
        Form = form;
        var expression = new StringBuilder("^");
        foreach (Match part in Parts().Matches(form))
        {
            string text = part.Value;
            if (text == "[")
            {
                expression.Append("(?:");
            }
            else if (text == "]")
            {
                expression.Append(")?");
            }
            else if (text[0] != '{')
            {
                expression.Append(Regex.Escape(text));
            }
            else
            {
                string kind = text[1..^1].Split(':')[^1];
                if (!Kinds.TryGetValue(kind, out string? value)) throw new ScenarioException($"\"{form}\": there is no kind of placeholder {kind}.");
                expression.Append("(?<a").Append(_count++).Append('>').Append(value).Append(')');
            }
        }

        _expression = new Regex(expression.Append('$').ToString(), RegexOptions.CultureInvariant);
    }

    /// <summary>The form as it was given.</summary>
    public string Form { get; }

    /// <summary>What the placeholders stand for in a sentence, null where an optional part is absent.</summary>
    /// <returns>Null when the sentence does not have this form.</returns>
    public IReadOnlyList<string?>? Match(string sentence)
    {
        Match match = _expression.Match(sentence);
        if (!match.Success) return null;
        return [.. Enumerable.Range(0, _count).Select(i => match.Groups["a" + i] is { Success: true } group ? group.Value : null)];
    }

    [GeneratedRegex(@"\{[a-z0-9]+(?::[a-z]+)?\}|\[|\]|[^\[\]{}]+")]
    private static partial Regex Parts();
}
