// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger status ENDPOINT …</c></summary>
internal static class StatusVerb
{
    private static readonly Argument<string[]> Endpoints = new("endpoint") { Description = "Where replicas serve clients, as ADDRESS:PORT.", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<double> Timeout = Options.Positive(new Option<double>("--timeout")
    {
        Description = "Seconds that a replica may take to answer.",
        HelpName = "N",
        DefaultValueFactory = static _ => 5,
    });
    private static readonly Option<bool> Json = Options.Json();

    public static Command Create()
    {
        var command = new Command("status", "Asks replicas how they are: height, lag, view, leader, peers, age of the newest certificate. Exit code 69 when one does not answer.")
        {
            Endpoints, Timeout, Json,
        };
        HelpWithExamples.Install(command, "fastledger status 127.0.0.1:9450", "fastledger status 10.0.0.1:9450 10.0.0.2:9450 10.0.0.3:9450 10.0.0.4:9450 --json");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            return CommandLine.GuardAsync(presenter, token => RunAsync(presenter, parsed, token), ct);
        });
        return command;
    }

    /// <summary>Reads an address.</summary>
    public static IPEndPoint Parse(string text) => IPEndPoint.TryParse(text, out IPEndPoint? endpoint) && endpoint.Port != 0
        ? endpoint : throw new VerbException(ExitCode.Usage, $"{text} is not an address and port such as 127.0.0.1:9450.");

    private static async Task<int> RunAsync(Presenter presenter, ParseResult parsed, CancellationToken ct)
    {
        IPEndPoint[] endpoints = [.. parsed.GetRequiredValue(Endpoints).Select(Parse)];
        ReplicaLine[] lines = await ReplicaLine.AskAllAsync(endpoints, TimeSpan.FromSeconds(parsed.GetValue(Timeout)), ct).ConfigureAwait(false);
        bool ok = lines.All(static line => line.Serves);
        if (presenter.IsJson) presenter.Write(new Result(ok, lines));
        else ReplicaLine.Show(presenter, lines);
        return ok ? ExitCode.Ok : ExitCode.Unavailable;
    }

    private sealed record Result(bool Ok, IReadOnlyList<ReplicaLine> Replicas);
}
