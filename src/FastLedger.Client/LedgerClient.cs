// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol;
using FastLedger.Protocol.Batches;
using FastLedger.Protocol.Certificates;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>
/// A session with the ledger. Batches are numbered, hashed and signed on the submitting thread, sent at once up to the agreed number in
/// flight, and sent again unchanged after a reconnect until they are answered: each command takes effect exactly once.
/// </summary>
/// <remarks>
/// Thread: any. Alloc: none in steady state for batches, results and events. One key serves one client at a time: a second one takes the
/// session over and ends the first.
/// </remarks>
public sealed partial class LedgerClient : IAsyncDisposable
{
    private const int RingSize = 1024;
    private const int SmallCapacity = 16;
    private const int MaxPooled = 64;

    private readonly ClientOptions _options;
    private readonly AnswerVerification? _verification;
    private readonly Lock _submitLock = new();
    private readonly Stack<CommandBatch> _pool = new();
    private readonly Stack<CommandBatch> _smallPool = new();
    private readonly Hash256[] _hashes = new Hash256[ProtocolLimits.MaxBatchCommands];

    // Submitted batches in the order of their numbers: [_head, _sent) are on their way, [_sent, _tail) wait for room. A refused batch
    // leaves a null. _tail belongs to _submitLock, _sent and _head to _sendLock; all three only grow, except _sent on a reconnect.
    private readonly CommandBatch?[] _ring = new CommandBatch?[RingSize];
    private long _head;
    private long _sent;
    private long _tail;
    private ulong _nextNumber = 1;

    private LedgerClient(ClientOptions options)
    {
        _options = options;
        _expectedChain = options.ChainId;
        if (options.Validators.Count > 0) _verification = new AnswerVerification(new ValidatorKeys(options.ChainId, options.Validators));
        _timer = new Timer(static state => ((LedgerClient)state!).Tick(), this, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>Connects, registers the key when it is new, and opens its session.</summary>
    /// <exception cref="LedgerConnectionException">No endpoint answered within the connect timeout, or the ledger refuses the key.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<LedgerClient> ConnectAsync(ClientOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfZero(options.Endpoints.Count);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxBatchesInFlight, 1);
        if (options.Validators.Count > 0 && options.ChainId.IsZero) throw new ArgumentException("Validators sign for one ledger: its chain id is needed", nameof(options));
        var client = new LedgerClient(options);
        try
        {
            await client.StartAsync(cancellationToken).ConfigureAwait(false);
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The session's number.</summary>
    public uint Session { get; private set; }

    /// <summary>The ledger that every signature of this client names.</summary>
    public Hash256 ChainId => _expectedChain;

    /// <summary>Number that the next command submitted will carry.</summary>
    public ulong NextNumber => Volatile.Read(ref _nextNumber);

    /// <summary>Connections opened, the first one included.</summary>
    public int Connections => Volatile.Read(ref _connections);

    internal bool InlineContinuations => _options.InlineContinuations;

    /// <summary>An empty batch from the pool.</summary>
    /// <param name="capacity">Commands it must hold, 1 … 8,190.</param>
    public CommandBatch RentBatch(int capacity = ProtocolLimits.MaxBatchCommands)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, ProtocolLimits.MaxBatchCommands);
        bool small = capacity <= SmallCapacity;
        Stack<CommandBatch> pool = small ? _smallPool : _pool;
        CommandBatch? batch;
        lock (pool) pool.TryPop(out batch);
        batch ??= new CommandBatch(this, small ? SmallCapacity : ProtocolLimits.MaxBatchCommands);
        batch.Reuse();
        return batch;
    }

    internal void Return(CommandBatch batch)
    {
        Stack<CommandBatch> pool = batch.Capacity == SmallCapacity ? _smallPool : _pool;
        lock (pool)
        {
            if (pool.Count < MaxPooled) pool.Push(batch);
        }
    }

    /// <summary>
    /// Submits a batch and waits for its answer without blocking. A batch whose answer nobody has seen yet, because an earlier wait timed
    /// out, is not submitted again: this waits for the answer that it gets.
    /// </summary>
    /// <param name="batch">1 or more commands.</param>
    /// <param name="mode">Which commands get results of their own.</param>
    /// <param name="cancellationToken">Ends the wait, not the batch.</param>
    /// <exception cref="LedgerTimeoutException">No answer within the deadline; the outcome is unknown yet.</exception>
    /// <exception cref="LedgerRejectedException">The batch was refused as a whole and may be submitted again.</exception>
    /// <exception cref="LedgerConnectionException">The client is closed or lost its session for good.</exception>
    /// <exception cref="LedgerBusyException">Too many batches wait.</exception>
    public ValueTask<BatchOutcome> SubmitAsync(
        CommandBatch batch, ResultMode mode = ResultMode.FailuresOnly, CancellationToken cancellationToken = default)
    {
        if (!batch.IsPending) Enqueue(batch, mode);
        return batch.WaitAsync(DeadlineFromNow(), cancellationToken);
    }

    /// <summary>
    /// Sends commands again under numbers that they had before, for a process that lost the answer with its memory. Commands that the
    /// ledger knows are not executed again: they get their original results, or <see cref="ResultCode.ExistsDifferent"/> when the bytes
    /// are not the same.
    /// </summary>
    /// <param name="batch">The same commands in the same order.</param>
    /// <param name="firstNumber">Number of the first one, at least 1; the others follow one by one.</param>
    /// <param name="mode">Which commands get results of their own.</param>
    /// <param name="cancellationToken">Ends the wait, not the batch.</param>
    /// <remarks>Throws as <see cref="SubmitAsync"/>.</remarks>
    public ValueTask<BatchOutcome> ResubmitAsync(
        CommandBatch batch, ulong firstNumber, ResultMode mode = ResultMode.All, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(firstNumber);
        if (!batch.IsPending) Enqueue(batch, mode, firstNumber);
        return batch.WaitAsync(DeadlineFromNow(), cancellationToken);
    }

    /// <summary>As <see cref="SubmitAsync"/>, waiting on the caller's thread: briefly spinning, then blocked.</summary>
    public BatchOutcome Submit(CommandBatch batch, ResultMode mode = ResultMode.FailuresOnly)
    {
        if (!batch.IsPending) Enqueue(batch, mode);
        return batch.Wait(DeadlineFromNow(), _options.Deadline);
    }

    /// <summary>Submits one command and waits for its result on the caller's thread.</summary>
    public CommandResult Execute<T>(in T command) where T : unmanaged, ICommand
    {
        using CommandBatch batch = RentBatch(1);
        batch.Add(in command);
        return Submit(batch, ResultMode.All).Results[0];
    }

    /// <summary>Submits one command and waits for its result without blocking.</summary>
    public ValueTask<CommandResult> ExecuteAsync<T>(in T command, CancellationToken cancellationToken = default) where T : unmanaged, ICommand
    {
        CommandBatch batch = RentBatch(1);
        batch.Add(in command);
        return ExecuteAsync(batch, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<CommandResult> ExecuteAsync(CommandBatch batch, CancellationToken cancellationToken)
    {
        using (batch)
        {
            BatchOutcome outcome = await SubmitAsync(batch, ResultMode.All, cancellationToken).ConfigureAwait(false);
            return outcome.Results[0];
        }
    }

    /// <summary>Numbers, hashes and signs a batch and puts it in line.</summary>
    /// <param name="batch">1 or more commands.</param>
    /// <param name="mode">Which commands get results of their own.</param>
    /// <param name="firstNumber">Number of the first command; 0 for the next one.</param>
    private void Enqueue(CommandBatch batch, ResultMode mode, ulong firstNumber = 0)
    {
        if (!batch.IsFilling) throw new InvalidOperationException("The batch was executed; clear it before it is filled anew");
        if (batch.Count == 0) throw new InvalidOperationException("The batch is empty");
        lock (_submitLock)
        {
            ThrowIfEnded();
            if (_tail - Volatile.Read(ref _head) == RingSize) throw new LedgerBusyException(RingSize);
            ulong first = firstNumber != 0 ? firstNumber : _nextNumber;
            batch.Seal(Session, first, mode);
            batch.Endorse(in _expectedChain, Session);
            Span<byte> body = batch.Frame[ProtocolLimits.HeaderBytes..];
            batch.Digest = BatchVerifier.Sign(body, in _expectedChain, _options.Key, _hashes.AsSpan(0, batch.Count));
            batch.Launch();
            _ring[_tail & (RingSize - 1)] = batch;
            Volatile.Write(ref _tail, _tail + 1);
            Volatile.Write(ref _nextNumber, Math.Max(_nextNumber, first + (ulong)batch.Count));
        }

        Pump();
    }

    private long DeadlineFromNow() => MonotonicClock.NowNs + _options.Deadline.Ticks * 100;
}
