// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Protocol.Messages;
using Spectre.Console;

namespace FastLedger.Cli.Verbs;

/// <summary>How one replica is, as a line of a table and as an object. What nobody answered is absent.</summary>
internal sealed record ReplicaLine
{
    public required string Endpoint { get; init; }
    public int? Node { get; init; }
    public int? Pid { get; init; }
    public required bool Serves { get; init; }
    public string? ChainId { get; init; }
    public ulong? Height { get; init; }
    public ulong? CommittedHeight { get; init; }
    public ulong? CertifiedHeight { get; init; }
    public ulong? CertificateAgeMs { get; init; }
    public string? StateRoot { get; init; }
    public long? TimestampNs { get; init; }
    public ulong? Epoch { get; init; }
    public ulong? View { get; init; }
    public int? Leader { get; init; }
    public ReplicaRole? Role { get; init; }
    public int? Peers { get; init; }
    public int? Validators { get; init; }

    /// <summary>Number of the reason why it signs nothing any more.</summary>
    public uint? Halted { get; init; }

    /// <summary>Blocks that it is behind the newest one that any of the replicas asked knows to be final.</summary>
    public ulong? Lag { get; init; }

    public string? Error { get; init; }

    /// <summary>Asks a replica.</summary>
    public static async Task<ReplicaLine> AskAsync(IPEndPoint endpoint, TimeSpan deadline, CancellationToken ct)
    {
        try
        {
            ClusterStatusAnswer answer = await ReplicaProbe.AskAsync(endpoint, deadline, ct).ConfigureAwait(false);
            return new ReplicaLine
            {
                Endpoint = endpoint.ToString(),
                Node = (int)answer.Node,
                Serves = true,
                ChainId = answer.ChainId.ToString(),
                Height = answer.Height,
                CommittedHeight = answer.CommittedHeight,
                CertifiedHeight = answer.CertifiedHeight,
                CertificateAgeMs = answer.CertificateAgeMs == ClusterStatusAnswer.NoCertificate ? null : answer.CertificateAgeMs,
                StateRoot = answer.StateRoot.ToString(),
                TimestampNs = answer.TimestampNs,
                Epoch = answer.Epoch,
                View = answer.View,
                Leader = (int)answer.Leader,
                Role = answer.Role,
                Peers = (int)UInt128.PopCount(answer.ConnectedPeers),
                Validators = (int)answer.Validators,
                Halted = answer.Halted == 0 ? null : answer.Halted,
            };
        }
        catch (LedgerConnectionException fault)
        {
            return new ReplicaLine { Endpoint = endpoint.ToString(), Serves = false, Error = fault.Message };
        }
    }

    /// <summary>Asks all, side by side, and works out how far each is behind.</summary>
    public static async Task<ReplicaLine[]> AskAllAsync(IEnumerable<IPEndPoint> endpoints, TimeSpan deadline, CancellationToken ct)
    {
        ReplicaLine[] lines = await Task.WhenAll(endpoints.Select(endpoint => AskAsync(endpoint, deadline, ct))).ConfigureAwait(false);
        ulong newest = lines.Max(static line => line.CommittedHeight ?? 0);
        return [.. lines.Select(line => line with { Lag = line.Height is { } height ? newest - Math.Min(height, newest) : null })];
    }

    /// <summary>Shows lines as a table.</summary>
    public static void Show(Presenter presenter, IReadOnlyList<ReplicaLine> lines)
    {
        bool pids = lines.Any(static line => line.Pid is not null);
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("node", "endpoint");
        if (pids) table.AddColumn("pid");
        table.AddColumns("state", "height", "lag", "epoch", "view", "leader", "peers", "certificate", "state root");
        foreach (ReplicaLine line in lines)
        {
            var cells = new List<string> { Number(line.Node), Markup.Escape(line.Endpoint) };
            if (pids) cells.Add(line.Pid?.ToString(CultureInfo.InvariantCulture) ?? "–");
            cells.Add(Markup.Escape(line.StateText));
            if (line.Serves)
            {
                string age = line.CertificateAgeMs is { } ms ? string.Create(CultureInfo.InvariantCulture, $"{line.CertifiedHeight:N0}, {ms / 1000.0:0.0} s ago") : "none yet";
                cells.AddRange(
                [
                    Number(line.Height), Number(line.Lag), Number(line.Epoch), Number(line.View), Number(line.Leader), string.Create(CultureInfo.InvariantCulture, $"{line.Peers} of {line.Validators - 1}"), age,
                    (line.StateRoot ?? "")[..16],
                ]);
            }

            table.AddRow([.. cells]);
        }

        presenter.Results.Write(table);
        foreach (ReplicaLine line in lines)
            if (line.Error is { } error) presenter.WriteLine(error);
    }

    private string StateText => !Serves ? Error is null ? "down" : "no answer" : Halted is { } reason ? string.Create(CultureInfo.InvariantCulture, $"halted ({reason})")
        : Role is { } role ? role.ToString().ToLowerInvariant() : "";

    private static string Number<T>(T? value) where T : struct, IFormattable => value?.ToString("N0", CultureInfo.InvariantCulture) ?? "–";
}
