// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Client;

/// <summary>What a <see cref="LedgerClient"/> throws when the ledger did not answer, or refused a message as a whole. Commands that fail by
/// themselves do not throw: they have a result code.</summary>
public abstract class LedgerException : Exception
{
    private protected LedgerException(string message, Exception? cause = null) : base(message, cause)
    {
    }
}

/// <summary>
/// No answer came within the deadline. Whether the commands took effect is not known yet; the client goes on resending them, and
/// submitting the same batch again waits for the answer.
/// </summary>
public sealed class LedgerTimeoutException(TimeSpan deadline)
    : LedgerException($"No answer within {deadline.TotalMilliseconds:0} ms: the outcome is unknown until the resend is answered");

/// <summary>The ledger refused the message. It had no effect.</summary>
public sealed class LedgerRejectedException(ResultCode code) : LedgerException($"Refused: {code} ({(uint)code})")
{
    /// <summary>Why.</summary>
    public ResultCode Code { get; } = code;
}

/// <summary>
/// The client is closed, could not connect, or lost its session for good. What was not answered has an unknown outcome: a new client
/// with the same key can find out by the session's last command number.
/// </summary>
public sealed class LedgerConnectionException(ResultCode code, string message, Exception? cause = null) : LedgerException(message, cause)
{
    /// <summary>Why, as far as the ledger said; <see cref="ResultCode.Ok"/> when it said nothing.</summary>
    public ResultCode Code { get; } = code;
}

/// <summary>More batches wait for their answers than the client keeps.</summary>
public sealed class LedgerBusyException(int waiting) : LedgerException($"{waiting} batches wait for their answers");
