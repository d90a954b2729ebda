// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;

namespace FastLedger.Load.OrderFlow;

/// <summary>A recorded session translated into commands, with what the venue's matching made of it.</summary>
public sealed class FlowSession
{
    /// <summary>Commands in order.</summary>
    public required IReadOnlyList<FlowCommand> Commands { get; init; }
    /// <summary>Commands at the start that build the opening book.</summary>
    public required int OpeningCommands { get; init; }
    /// <summary>Recorded trades; auctions among them have no command.</summary>
    public required IReadOnlyList<RecordedTrade> Trades { get; init; }
    /// <summary>Recorded fills of makers over all trades.</summary>
    public required int FillCount { get; init; }
    /// <summary>Rows of the file.</summary>
    public required int Rows { get; init; }
    /// <summary>Rows that say again what a fill has said already, and so need no command.</summary>
    public required int Confirmations { get; init; }
    /// <summary>Rows that name an order which the file never showed.</summary>
    public required int UnknownReferences { get; init; }
    /// <summary>Highest price in ticks of any command.</summary>
    public required long HighestPriceTicks { get; init; }
    /// <summary>Sum over all commands of quantity × price: bounds what the accounts of a replay can need.</summary>
    public required System.UInt128 NotionalTicks { get; init; }
    /// <summary>Sum of the lots of all commands.</summary>
    public required ulong QuantityLots { get; init; }
}
