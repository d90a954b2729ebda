// SPDX-License-Identifier: Apache-2.0
using System;
using System.CommandLine;
using System.CommandLine.Parsing;
using FastLedger.Storage;

namespace FastLedger.Cli.Verbs;

/// <summary>Options that several verbs have, so that they read and mean the same everywhere.</summary>
internal static class Options
{
    public static Option<bool> Json() => new("--json") { Description = "Print exactly one JSON object on standard output." };

    public static Option<double> Seconds(double usual) => Positive(new Option<double>("--seconds")
    {
        Description = "Length of the measured part in seconds.",
        HelpName = "N",
        DefaultValueFactory = _ => usual,
    });

    public static Option<Durability> DurabilityLevel() => new("--durability")
    {
        Description = "When the replica may answer: none (executed), write (operating system has it), fsync (disk has it).",
        HelpName = "none|write|fsync",
        DefaultValueFactory = _ => Durability.Fsync,
    };

    /// <summary>A whole number in a range.</summary>
    public static Option<int> Count(string name, string description, int usual, int least, int most) => Count(name, description, _ => usual, least, most);

    /// <summary>A whole number in a range; what is usual depends on other options.</summary>
    public static Option<int> Count(string name, string description, Func<ArgumentResult, int> usual, int least, int most)
    {
        var option = new Option<int>(name) { Description = $"{description} {least:N0} … {most:N0}.", HelpName = "N", DefaultValueFactory = usual };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int value) && (value < least || value > most))
                result.AddError($"{name} must be {least:N0} … {most:N0}.");
        });
        return option;
    }

    /// <summary>A number above zero.</summary>
    public static Option<double> Positive(Option<double> option)
    {
        option.Validators.Add(RequirePositive);
        return option;
    }

    /// <summary>A number above zero, or nothing.</summary>
    public static Option<double?> Positive(Option<double?> option)
    {
        option.Validators.Add(RequirePositive);
        return option;
    }

    private static void RequirePositive(OptionResult result)
    {
        if (result.Tokens.Count == 1 && double.TryParse(result.Tokens[0].Value, out double value) && !(value > 0 && double.IsFinite(value)))
            result.AddError($"{result.Option.Name} must be above 0.");
    }
}
