// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Cli.Verbs;
using FastLedger.Client;
using FastLedger.Node.Configuration;
using FastLedger.Storage;

namespace FastLedger.Cli;

/// <summary>The <c>fastledger</c> command: what may stand on its line, and how its errors become exit codes.</summary>
public static class CommandLine
{
    /// <summary>Time a verb has for stopping after Ctrl-C or a termination signal.</summary>
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(30);

    /// <summary>Runs one command line.</summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="output">For results.</param>
    /// <param name="error">For messages.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        ParseResult parsed = Create().Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (ParseError fault in parsed.Errors) await error.WriteLineAsync(fault.Message).ConfigureAwait(false);
            await error.WriteLineAsync($"Try: {Path(parsed)} --help").ConfigureAwait(false);
            return ExitCode.Usage;
        }

        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = StopDeadline,
        };
        return await parsed.InvokeAsync(configuration).ConfigureAwait(false);
    }

    /// <summary>All verbs.</summary>
    internal static RootCommand Create()
    {
        var root = new RootCommand("FastLedger: a ledger for money and markets that many parties share without trusting one of them.")
        {
            NodeVerb.Create(),
            DemoVerb.Create(),
            BenchVerb.Create(),
            ReplayVerb.Create(),
            InspectVerb.Create(),
            VerifyVerb.Create(),
            RepairVerb.Create(),
            BackupVerb.CreateBackup(),
            BackupVerb.CreateRestore(),
            KeygenVerb.Create(),
            GenesisVerb.Create(),
            StatusVerb.Create(),
            TestnetVerb.Create(),
            ValidatorVerb.Create(),
            SimVerb.Create(),
            NemesisVerb.Create(),
            ClearingVerb.Create(),
            RunVerb.Create(),
            ProofVerb.Create(),
            VerifyProofVerb.Create(),
            ProveDocumentVerb.Create(),
            VerifyDocumentVerb.Create(),
            EvidenceVerb.Create(),
        };
        HelpWithExamples.Install(root, "fastledger demo --seconds 10");
        return root;
    }

    /// <summary>Runs the body of a verb and turns what it throws into a message and an exit code.</summary>
    internal static async Task<int> GuardAsync(Presenter presenter, Func<CancellationToken, Task<int>> body, CancellationToken ct)
    {
        try
        {
            return await body(ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return presenter.Fail(ExitCode.Inconclusive, "Interrupted.");
        }
        catch (Exception fault) when (Classify(fault) is { } exitCode)
        {
            return presenter.Fail(exitCode, fault.Message);
        }
#pragma warning disable CA1031 // The last resort: anything else is a bug, and is shown whole.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            return presenter.Fail(ExitCode.Internal, bug.ToString());
        }
    }

    private static int? Classify(Exception fault) => fault switch
    {
        VerbException verb => verb.ExitCode,
        ConfigurationException => ExitCode.Configuration,
        JournalDamagedException or StoreDamagedException or InvalidDataException => ExitCode.BadData,
        LedgerException or System.Net.Sockets.SocketException => ExitCode.Unavailable,
        IOException or UnauthorizedAccessException => ExitCode.InputOutput,
        _ => null,
    };

    private static string Path(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult command; result = command.Parent)
            names.Push(command.Command is RootCommand ? "fastledger" : command.Command.Name);
        return string.Join(' ', names);
    }
}
