// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>A piece of an account's history.</summary>
/// <param name="Head">Whose history, where it begins and where it goes on.</param>
/// <param name="Entries">Movements, newest first.</param>
public sealed record AccountStatement(StatementAnswerHead Head, IReadOnlyList<HistoryEntry> Entries)
{
    /// <summary>
    /// True when the account has older movements that this replica has no more, or never had: those below ledger sequence
    /// <see cref="StatementAnswerHead.HistoryBeginsSequence"/>. Another replica may have them.
    /// </summary>
    public bool IsCutOff => Head.NextEntry != 0 && Head.NextEntry < Head.HistoryBegins;
}
