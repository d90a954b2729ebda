// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Applications.Patterns;
using FastLedger.Applications.Scenarios;
using FastLedger.Client;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Proofs;

namespace FastLedger.Applications.Running;

/// <summary>Asks the ledger of a scenario, page by page where answers are long.</summary>
internal sealed class LedgerReader(ScenarioHost host, CancellationToken cancellationToken)
{
    private const int PageLength = 1_000;

    public ValueTask<ObjectAnswer> ObjectAsync(ulong number) => host.Observer.GetObjectAsync(number, cancellationToken);

    public ValueTask<RoundAnswer> RoundAsync(uint number) => host.Observer.GetRoundAsync(number, cancellationToken);

    public ValueTask<OutcomeAnswer> OutcomeAsync(uint number) => host.Observer.GetOutcomeAsync(number, cancellationToken);

    public ValueTask<DistributionAnswer> DistributionAsync(uint number) => host.Observer.GetDistributionAsync(number, cancellationToken);

    /// <summary>All events of an object, oldest first.</summary>
    public async ValueTask<IReadOnlyList<LedgerEvent>> HistoryAsync(ulong number)
    {
        var events = new List<LedgerEvent>();
        ulong from = 0;
        do
        {
            ObjectHistory page = await host.Observer.GetObjectHistoryAsync(number, from, PageLength, cancellationToken).ConfigureAwait(false);
            events.AddRange(page.Events);
            from = page.Head.NextEvent;
        }
        while (from != 0);
        events.Reverse();
        return events;
    }

    /// <summary>The whole event log with its root.</summary>
    public async ValueTask<EventExport> ExportAsync()
    {
        var events = new List<LedgerEvent>();
        while (true)
        {
            EventLogPart page = await host.Observer.GetEventsAsync((ulong)events.Count + 1, PageLength, cancellationToken).ConfigureAwait(false);
            events.AddRange(page.Events);
            if ((ulong)events.Count >= page.Head.Events) return new EventExport(events, page.Head.LogRoot);
        }
    }

    /// <summary>The proof of an object, as it would be handed to somebody with the document.</summary>
    public async ValueTask<LedgerProof> ProveObjectAsync(ulong number)
    {
        StateProofInfo proof = await host.Observer.GetStateProofAsync(ObjectView.Table, (uint)number, cancellationToken).ConfigureAwait(false);
        Hash256 chainId = host.Observer.ChainId;
        return new LedgerProof(
            DocumentProof.Write(in chainId, proof.Proof, proof.Certificate), proof.Proof, chainId, proof.Head.StateRoot, StateAnchor.Of(in chainId, host.Validators));
    }

    /// <summary>Root and size of the event log, shown by a state proof.</summary>
    public async ValueTask<(Hash256 Root, ulong Events)> LogRootAsync()
    {
        StateProofInfo proof = await host.Observer.GetStateProofAsync(EventLogView.Table, 1, cancellationToken).ConfigureAwait(false);
        if (!StateProof.Verify(proof.Proof, proof.Head.StateRoot, out uint table, out _, out System.ReadOnlySpan<byte> record) || table != EventLogView.Table)
            throw new ScenarioException("The root of the event log is not proved.");
        var view = new EventLogView(record);
        return (view.Root, view.Events);
    }

    /// <summary>The proof of an event, and that the log extends an older one.</summary>
    public async ValueTask<byte[]> ProveEventAsync(ulong number, ulong oldEvents) =>
        (await host.Observer.GetEventProofAsync(number, oldEvents, cancellationToken).ConfigureAwait(false)).Proof;
}
