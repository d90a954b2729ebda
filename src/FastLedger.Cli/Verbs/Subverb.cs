// SPDX-License-Identifier: Apache-2.0
using System;
using System.CommandLine;
using System.Threading;
using System.Threading.Tasks;

namespace FastLedger.Cli.Verbs;

/// <summary>A verb under another one, with what all of them have: options and arguments, examples, and errors told as the rest of the program tells them.</summary>
internal static class Subverb
{
    /// <summary>Makes one.</summary>
    /// <param name="json">The option that asks for JSON; it has to be among the symbols, too.</param>
    /// <param name="name">What is typed.</param>
    /// <param name="description">What it does.</param>
    /// <param name="symbols">Its options and arguments.</param>
    /// <param name="run">Does it, and returns the exit code.</param>
    /// <param name="examples">Whole command lines.</param>
    public static Command Of(
        Option<bool> json, string name, string description, Symbol[] symbols, Func<Presenter, ParseResult, CancellationToken, Task<int>> run, params string[] examples)
    {
        var command = new Command(name, description);
        foreach (Symbol symbol in symbols)
        {
            if (symbol is Option option) command.Options.Add(option);
            else command.Arguments.Add((Argument)symbol);
        }

        HelpWithExamples.Install(command, examples);
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(json));
            return CommandLine.GuardAsync(presenter, token => run(presenter, parsed, token), ct);
        });
        return command;
    }
}
