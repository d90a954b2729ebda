// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Protocol.Messages;

/// <summary>An account. Balance = credits posted − debits posted; available = balance − debits pending − floor.</summary>
[StructLayout(LayoutKind.Explicit, Size = 192)]
public struct AccountAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public ulong Number;
    [FieldOffset(16)] public UInt128 ExternalId;
    [FieldOffset(32)] public uint Asset;
    [FieldOffset(36)] public AccountFlags AccountFlags;
    [FieldOffset(40)] public uint Code;
    /// <summary>Number of the policy that may debit the account.</summary>
    [FieldOffset(44)] public uint Policy;
    [FieldOffset(48)] public UInt128 DebitsPending;
    [FieldOffset(64)] public UInt128 DebitsPosted;
    [FieldOffset(80)] public UInt128 CreditsPending;
    [FieldOffset(96)] public UInt128 CreditsPosted;
    [FieldOffset(112)] public Int128 Floor;
    /// <summary>Newest history entry; 0 when there is none.</summary>
    [FieldOffset(128)] public ulong LastEntry;
    [FieldOffset(136)] public ulong UserData64;
    /// <summary>Key of the policy.</summary>
    [FieldOffset(144)] public Hash256 PolicyKey;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(176)] public ulong AsOfSequence;
    [FieldOffset(184)] public ulong Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.AccountAnswer;
}

/// <summary>Fixed block of an account's history. The group of 128-byte <see cref="HistoryEntry"/> follows, newest first.</summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
public struct StatementAnswerHead : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public ulong Account;
    /// <summary>Number of the first entry given; 0 when there is none.</summary>
    [FieldOffset(16)] public ulong FirstEntry;
    /// <summary>Entry to ask for next; 0 when the history ends here. One before <see cref="HistoryBegins"/> has to be asked of another replica.</summary>
    [FieldOffset(24)] public ulong NextEntry;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(32)] public ulong AsOfSequence;
    /// <summary>The first entry that this replica has of the ledger's history: 1, unless it joined the others later or has pruned what was before.</summary>
    [FieldOffset(40)] public ulong HistoryBegins;
    /// <summary>Ledger sequence of the command behind entry <see cref="HistoryBegins"/>: movements below it are not here. 0 while there is no such entry.</summary>
    [FieldOffset(48)] public ulong HistoryBeginsSequence;

    static TemplateId IMessage.TemplateId => TemplateId.StatementAnswer;
}

/// <summary>A live order.</summary>
[StructLayout(LayoutKind.Explicit, Size = 104)]
public struct OrderAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public ulong OrderId;
    [FieldOffset(16)] public uint Instrument;
    [FieldOffset(20)] public Side Side;
    [FieldOffset(21)] public TimeInForce TimeInForce;
    [FieldOffset(22)] public SelfTradePrevention SelfTradePrevention;
    [FieldOffset(23)] public byte State;
    [FieldOffset(24)] public long PriceTicks;
    /// <summary>Total quantity, executed lots included.</summary>
    [FieldOffset(32)] public ulong QuantityLots;
    [FieldOffset(40)] public ulong RemainingLots;
    [FieldOffset(48)] public ulong BaseAccount;
    [FieldOffset(56)] public ulong QuoteAccount;
    /// <summary>Ledger sequence of the command that gave the order its priority.</summary>
    [FieldOffset(64)] public ulong Sequence;
    /// <summary>Client command number that placed the order.</summary>
    [FieldOffset(72)] public ulong Number;
    [FieldOffset(80)] public uint Session;
    [FieldOffset(84)] public uint Reserved0;
    [FieldOffset(88)] public ulong UserData64;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(96)] public ulong AsOfSequence;

    static TemplateId IMessage.TemplateId => TemplateId.OrderAnswer;
}

/// <summary>Fixed block of a book's depth. Two groups of 24-byte <see cref="DepthLevel"/> follow: bids, then asks, best first.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct DepthAnswerHead : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(8)] public ulong AsOfSequence;
    [FieldOffset(16)] public uint Instrument;
    [FieldOffset(20)] public InstrumentState State;

    static TemplateId IMessage.TemplateId => TemplateId.DepthAnswer;
}

/// <summary>One price of one side of a book.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct DepthLevel
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 24;

    [FieldOffset(0)] public long PriceTicks;
    [FieldOffset(8)] public ulong QuantityLots;
    [FieldOffset(16)] public uint OrderCount;
    [FieldOffset(20)] public uint Reserved0;
}

/// <summary>An instrument.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct InstrumentAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Number;
    [FieldOffset(12)] public InstrumentState State;
    [FieldOffset(16)] public UInt128 ExternalId;
    [FieldOffset(32)] public uint BaseAsset;
    [FieldOffset(36)] public uint QuoteAsset;
    [FieldOffset(40)] public ulong LotSize;
    [FieldOffset(48)] public ulong TickValue;
    [FieldOffset(56)] public ulong FeeAccount;
    [FieldOffset(64)] public int MakerFeePpm;
    [FieldOffset(68)] public int TakerFeePpm;
    [FieldOffset(72)] public ulong MaxQuantityLots;
    [FieldOffset(80)] public long MaxPriceTicks;
    /// <summary>Highest bid; 0 when there is none.</summary>
    [FieldOffset(88)] public long BestBidTicks;
    /// <summary>Lowest ask; 0 when there is none.</summary>
    [FieldOffset(96)] public long BestAskTicks;
    /// <summary>Number of the policy that created it.</summary>
    [FieldOffset(104)] public uint Policy;
    [FieldOffset(108)] public uint Code;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(112)] public ulong AsOfSequence;
    [FieldOffset(120)] public ulong Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.InstrumentAnswer;
}

/// <summary>An asset.</summary>
[StructLayout(LayoutKind.Explicit, Size = 80)]
public struct AssetAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Number;
    /// <summary>Decimal places of the major unit.</summary>
    [FieldOffset(12)] public uint Scale;
    [FieldOffset(16)] public UInt128 ExternalId;
    /// <summary>Number of the issuer's policy.</summary>
    [FieldOffset(32)] public uint Policy;
    [FieldOffset(36)] public uint Code;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(40)] public ulong AsOfSequence;
    /// <summary>Key of the issuer's policy.</summary>
    [FieldOffset(48)] public Hash256 IssuerKey;

    static TemplateId IMessage.TemplateId => TemplateId.AssetAnswer;
}

/// <summary>A session.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct SessionAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Number;
    /// <summary>Number of the policy of its key.</summary>
    [FieldOffset(12)] public uint Policy;
    /// <summary>Number of the last command that the ledger consumed; 0 when there is none.</summary>
    [FieldOffset(16)] public ulong LastNumber;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(24)] public ulong AsOfSequence;
    [FieldOffset(32)] public Hash256 Key;

    static TemplateId IMessage.TemplateId => TemplateId.SessionAnswer;
}

/// <summary>When a replica answers.</summary>
public enum ReplyDurability : byte
{
    /// <summary>When the command is executed.</summary>
    None = 0,
    /// <summary>When the operating system has the journal.</summary>
    Write = 1,
    /// <summary>When the disk has the journal.</summary>
    Fsync = 2,
}

/// <summary>Part that a replica plays.</summary>
public enum ReplicaRole : byte
{
    /// <summary>The only replica.</summary>
    Single = 0,
    /// <summary>Votes on what others propose.</summary>
    Follower = 1,
    /// <summary>Proposes blocks.</summary>
    Leader = 2,
    /// <summary>It follows, votes on nothing and takes no commands: the epoch names no key of its, or one that must not be used.</summary>
    Observer = 3,
    /// <summary>Fetches the state of the ledger from the others; serves nothing yet.</summary>
    Syncing = 4,
}

/// <summary>How the replica is.</summary>
[StructLayout(LayoutKind.Explicit, Size = 160)]
public struct StatusAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    /// <summary>Height of the newest block.</summary>
    [FieldOffset(8)] public ulong Height;
    /// <summary>Ledger sequence of the newest command.</summary>
    [FieldOffset(16)] public ulong LedgerSequence;
    /// <summary>Time of the newest block, nanoseconds since the Unix epoch.</summary>
    [FieldOffset(24)] public long TimestampNs;
    [FieldOffset(32)] public Hash256 StateRoot;
    [FieldOffset(64)] public Hash256 ChainId;
    [FieldOffset(96)] public ulong Accounts;
    /// <summary>Live orders.</summary>
    [FieldOffset(104)] public ulong Orders;
    /// <summary>Unresolved pending transfers.</summary>
    [FieldOffset(112)] public ulong Pending;
    [FieldOffset(120)] public ulong HistoryEntries;
    [FieldOffset(128)] public ulong JournalBytes;
    [FieldOffset(136)] public uint Assets;
    [FieldOffset(140)] public uint Instruments;
    [FieldOffset(144)] public uint Sessions;
    [FieldOffset(148)] public ReplyDurability Durability;
    [FieldOffset(149)] public ReplicaRole Role;
    [FieldOffset(150)] public ushort SchemaVersion;
    /// <summary>Version of the software: major · 65,536 + minor · 256 + patch.</summary>
    [FieldOffset(152)] public uint SoftwareVersion;
    [FieldOffset(156)] public uint Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.StatusAnswer;
}
