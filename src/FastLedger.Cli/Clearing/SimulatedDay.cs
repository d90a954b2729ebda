// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Cli.Clearing;

/// <summary>
/// Sends a generated day to a ledger, each time through a payment system of its own, and follows by its events who holds what at every
/// moment.
/// </summary>
/// <remarks>Thread: one, and the client's receiving thread for events. One run at a time.</remarks>
internal sealed class SimulatedDay(PaymentDay day, Hash256 policyKey)
{
    private const int PaymentsPerBatch = 2000, InFlight = 16;

    private readonly List<PaymentEvent> _events = new(day.Count * 2);
    private uint _asset;
    private int _sent;

    /// <summary>Payments sent so far by the run at work.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Takes the events of the session.</summary>
    public void OnEvents(ReadOnlySpan<OrderEvent> events)
    {
        lock (_events) _events.AddRange(MemoryMarshal.Cast<OrderEvent, PaymentEvent>(events));
    }

    /// <summary>Runs the day.</summary>
    /// <param name="client">The operator of everything.</param>
    /// <param name="mode">How payments settle.</param>
    /// <param name="credit">Credit line of each bank, minor units.</param>
    /// <param name="ct">Ends the run.</param>
    public async Task<DayResult> RunAsync(LedgerClient client, SettlementMode mode, long credit, CancellationToken ct)
    {
        (uint system, uint[] members, uint cycle) = await OpenAsync(client, mode, credit).ConfigureAwait(false);
        lock (_events) _events.Clear();
        _sent = 0;
        int batches = (day.Count + PaymentsPerBatch - 1) / PaymentsPerBatch;
        var ends = new ulong[batches];
        var times = new long[batches];
        var flights = new Queue<(int Batch, CommandBatch Commands, Task<BatchOutcome> Answer)>();
        long start = Stopwatch.GetTimestamp();
        for (int sent = 0; sent < batches || flights.Count > 0;)
        {
            if (sent < batches && flights.Count < InFlight)
            {
                CommandBatch commands = client.RentBatch();
                Fill(commands, sent, mode, system, members, cycle);
                flights.Enqueue((sent, commands, client.SubmitAsync(commands, ResultMode.FailuresOnly, ct).AsTask()));
                Volatile.Write(ref _sent, Math.Min(day.Count, ++sent * PaymentsPerBatch));
                continue;
            }

            (int batch, CommandBatch answered, Task<BatchOutcome> answer) = flights.Dequeue();
            BatchOutcome outcome = await answer.ConfigureAwait(false);
            if (outcome.Failed != 0) throw new InvalidDataException($"The ledger refused {outcome.Failed} commands: {outcome.Results[0].Code}.");
            ends[batch] = outcome.FirstSequence + (ulong)outcome.Count - 1;
            times[batch] = outcome.TimestampNs;
            answered.Dispose();
        }

        if (mode == SettlementMode.Dns) return await SettleAsync(client, cycle, start, times, ct).ConfigureAwait(false);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        // Answers come in order, so whatever was told before this one has arrived.
        PaymentSystemAnswer record = await client.GetPaymentSystemAsync(system, ct).ConfigureAwait(false);
        return Follow(mode, record, members, ends, seconds);
    }

    /// <summary>Whether the whole day settles with a credit line.</summary>
    public async Task<bool> SettlesAsync(LedgerClient client, SettlementMode mode, long credit, CancellationToken ct) =>
        (await RunAsync(client, mode, credit, ct).ConfigureAwait(false)).Settled == day.Count;

    private static async Task<ulong> OkAsync<T>(LedgerClient client, T command) where T : unmanaged, ICommand
    {
        CommandResult result = await client.ExecuteAsync(command).ConfigureAwait(false);
        if (result.Code is not (ResultCode.Ok or ResultCode.ExternalIdExists)) throw new InvalidDataException($"The ledger refused {typeof(T).Name}: {result.Code}.");
        return (ulong)result.Value;
    }

    private async Task<(uint System, uint[] Members, uint Cycle)> OpenAsync(LedgerClient client, SettlementMode mode, long credit)
    {
        if (_asset == 0) _asset = (uint)await OkAsync(client, new CreateAssetCommand { Scale = 2 }).ConfigureAwait(false);
        ulong clearing = await OkAsync(client, new OpenAccountCommand { Asset = _asset }).ConfigureAwait(false);
        PaymentSystemOptions options = mode == SettlementMode.Lsm ? PaymentSystemOptions.BilateralOffset : PaymentSystemOptions.None;
        uint system = (uint)await OkAsync(client, new PaymentSystemCommand { Asset = _asset, Options = options, ClearingAccount = clearing }).ConfigureAwait(false);
        var members = new uint[day.Banks];
        for (int bank = 0; bank < day.Banks; bank++)
        {
            uint participant = (uint)await OkAsync(client, new OpenParticipantCommand { System = system, Bic = Bic(bank), PolicyKey = policyKey }).ConfigureAwait(false);
            ulong account = await OkAsync(client, new OpenAccountCommand { Asset = _asset }).ConfigureAwait(false);
            members[bank] = (uint)await OkAsync(client, new MemberCommand { System = system, Participant = participant, Account = account }).ConfigureAwait(false);
            await OkAsync(client, new MemberCommand { Opcode = Opcode.SetCreditLine, Member = members[bank], Amount = credit }).ConfigureAwait(false);
        }

        uint cycle = mode == SettlementMode.Dns ? (uint)await OkAsync(client, new CycleCommand { System = system }).ConfigureAwait(false) : 0;
        return (system, members, cycle);
    }

    private static UInt128 Bic(int bank)
    {
        UInt128 value = UInt128.Zero;
        string text = $"{(char)('A' + (bank / 676 % 26))}{(char)('A' + (bank / 26 % 26))}{(char)('A' + (bank % 26))}BXXAA";
        for (int i = text.Length - 1; i >= 0; i--) value = (value << 8) | text[i];
        return value;
    }

    private void Fill(CommandBatch commands, int batch, SettlementMode mode, uint system, uint[] members, uint cycle)
    {
        for (int i = batch * PaymentsPerBatch; i < Math.Min(day.Count, (batch + 1) * PaymentsPerBatch); i++)
        {
            if (mode == SettlementMode.Dns)
            {
                ref ObligationCommand obligation = ref commands.Add<ObligationCommand>();
                obligation.Cycle = cycle;
                obligation.Debtor = members[day.From[i]];
                obligation.Creditor = members[day.To[i]];
                obligation.Amount = day.Amounts[i];
                obligation.Uetr = (UInt128)(ulong)i + 1;
                continue;
            }

            ref SubmitPaymentCommand payment = ref commands.Add<SubmitPaymentCommand>();
            payment.Sender = members[day.From[i]];
            payment.Receiver = members[day.To[i]];
            payment.Amount = day.Amounts[i];
            payment.Priority = PaymentPriority.Normal;
            payment.PaymentFlags = mode == SettlementMode.Bypass ? PaymentFlags.FifoBypass : PaymentFlags.None;
            payment.Uetr = (UInt128)(ulong)i + 1;
        }

        if (mode == SettlementMode.Lsm) commands.Add<PaymentSystemWorkCommand>().System = system;
    }

    private async Task<DayResult> SettleAsync(LedgerClient client, uint cycle, long start, long[] times, CancellationToken ct)
    {
        await OkAsync(client, new CycleCommand { Opcode = Opcode.CloseCycle, Cycle = cycle }).ConfigureAwait(false);
        CommandResult settled = await client.SettleCycleAsync(cycle, cancellationToken: ct).ConfigureAwait(false);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        CycleAnswer answer = await client.GetCycleAsync(cycle, cancellationToken: ct).ConfigureAwait(false);
        StatusAnswer status = await client.GetStatusAsync(ct).ConfigureAwait(false);
        bool ok = settled.Code == ResultCode.Ok;
        int last = times.Length - 1;
        var waited = new double[ok ? day.Count : 0];
        for (int i = 0; i < waited.Length; i++) waited[i] = (status.TimestampNs - times[i / PaymentsPerBatch]) / 1e6;
        var inBatch = new int[day.Count];
        Array.Fill(inBatch, ok ? last : int.MaxValue);
        var drawn = new double[times.Length];
        drawn[last] = (double)answer.Funding;
        return new DayResult
        {
            Mode = SettlementMode.Dns,
            Settled = ok ? (int)answer.ObligationCount : 0,
            Value = ok ? answer.Gross : UInt128.Zero,
            PeakLiquidity = answer.Funding,
            QueueP50Ms = Percentile(waited, 0.5),
            QueueP99Ms = Percentile(waited, 0.99),
            SettledGross = 0,
            SettledByOffset = 0,
            SettledByResolution = 0,
            SettledByNetting = ok ? (int)answer.ObligationCount : 0,
            Seconds = seconds,
            SettledInBatch = inBatch,
            Drawn = drawn,
        };
    }

    private DayResult Follow(SettlementMode mode, in PaymentSystemAnswer record, uint[] members, ulong[] ends, double seconds)
    {
        var bankOf = new Dictionary<uint, int>();
        for (int bank = 0; bank < members.Length; bank++) bankOf[members[bank]] = bank;
        var balances = new Int128[members.Length];
        var peaks = new Int128[members.Length];
        var inBatch = new int[day.Count];
        Array.Fill(inBatch, int.MaxValue);
        var drawn = new double[ends.Length];
        var waited = new List<double>(day.Count);
        UInt128 value = UInt128.Zero;
        int batch = 0;
        lock (_events)
        {
            for (int i = 0; i < _events.Count; i++)
            {
                PaymentEvent told = _events[i];
                if (told.Kind > PaymentEventKind.SettledByResolution) continue;
                while (told.Sequence > ends[batch]) drawn[batch++] = Drawn(balances);
                int index = (int)((ulong)told.Uetr - 1);
                inBatch[index] = batch;
                value += told.Amount;
                waited.Add((told.TimestampNs - told.SubmittedNs) / 1e6);
                balances[bankOf[told.Sender]] -= told.Amount;
                balances[bankOf[told.Receiver]] += told.Amount;

                // What one command settles at once has no moments in between.
                if (i + 1 < _events.Count && _events[i + 1].Sequence == told.Sequence) continue;
                for (int bank = 0; bank < peaks.Length; bank++) peaks[bank] = Int128.Max(peaks[bank], -balances[bank]);
            }
        }

        while (batch < ends.Length) drawn[batch++] = Drawn(balances);
        Int128 peak = Int128.Zero;
        foreach (Int128 most in peaks) peak += most;
        double[] times = [.. waited];
        return new DayResult
        {
            Mode = mode,
            Settled = waited.Count,
            Value = value,
            PeakLiquidity = (UInt128)peak,
            QueueP50Ms = Percentile(times, 0.5),
            QueueP99Ms = Percentile(times, 0.99),
            SettledGross = (int)record.SettledGross,
            SettledByOffset = (int)record.SettledByOffset,
            SettledByResolution = (int)record.SettledByResolution,
            SettledByNetting = 0,
            Seconds = seconds,
            SettledInBatch = inBatch,
            Drawn = drawn,
        };
    }

    private static double Drawn(Int128[] balances)
    {
        Int128 sum = Int128.Zero;
        foreach (Int128 balance in balances) sum += Int128.Max(Int128.Zero, -balance);
        return (double)sum;
    }

    private static double Percentile(double[] values, double share)
    {
        if (values.Length == 0) return 0;
        Array.Sort(values);
        return values[Math.Min(values.Length - 1, (int)(share * values.Length))];
    }
}
