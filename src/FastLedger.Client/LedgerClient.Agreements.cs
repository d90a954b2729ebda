// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>Queries about objects, rounds, outcomes, distributions and the event log.</summary>
public sealed partial class LedgerClient
{
    /// <summary>An object by number.</summary>
    public ValueTask<ObjectAnswer> GetObjectAsync(ulong number, CancellationToken cancellationToken = default) =>
        AskAsync<ObjectQuery, ObjectAnswer>(new ObjectQuery { Object = number }, cancellationToken);

    /// <summary>Events of an object, newest first.</summary>
    public ValueTask<ObjectHistory> GetObjectHistoryAsync(ulong number, ulong fromEvent = 0, int limit = 1_000, CancellationToken cancellationToken = default) =>
        AskAsync<ObjectHistoryQuery, ObjectHistory>(
            new ObjectHistoryQuery { Object = number, FromEvent = fromEvent, Limit = (uint)limit },
            static (in Frame frame, out ObjectHistory history) =>
            {
                history = null!;
                if (!frame.TryRead(out ObjectHistoryAnswerHead head) || !frame.TryReadGroup<LedgerEvent>(out ReadOnlySequence<byte> events, out int count)) return false;
                history = new ObjectHistory(head, ToArray<LedgerEvent>(events, count));
                return true;
            },
            cancellationToken);

    /// <summary>Events of the event log, by number.</summary>
    public ValueTask<EventPage> GetEventsAsync(ulong firstEvent, int limit = 1_000, CancellationToken cancellationToken = default) =>
        AskAsync<EventQuery, EventPage>(
            new EventQuery { FirstEvent = firstEvent, Limit = (uint)limit },
            static (in Frame frame, out EventPage page) =>
            {
                page = null!;
                if (!frame.TryRead(out EventAnswerHead head) || !frame.TryReadGroup<LedgerEvent>(out ReadOnlySequence<byte> events, out int count)) return false;
                page = new EventPage(head, ToArray<LedgerEvent>(events, count));
                return true;
            },
            cancellationToken);

    /// <summary>A sealed round.</summary>
    public ValueTask<RoundAnswer> GetRoundAsync(uint round, CancellationToken cancellationToken = default) =>
        AskAsync<RoundQuery, RoundAnswer>(new RoundQuery { Round = round }, cancellationToken);

    /// <summary>An attested outcome.</summary>
    public ValueTask<OutcomeAnswer> GetOutcomeAsync(uint outcome, CancellationToken cancellationToken = default) =>
        AskAsync<OutcomeQuery, OutcomeAnswer>(new OutcomeQuery { Outcome = outcome }, cancellationToken);

    /// <summary>A distribution.</summary>
    public ValueTask<DistributionAnswer> GetDistributionAsync(uint distribution, CancellationToken cancellationToken = default) =>
        AskAsync<DistributionQuery, DistributionAnswer>(new DistributionQuery { Distribution = distribution }, cancellationToken);
}
