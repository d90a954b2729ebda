// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Protocol.Messages;

/// <summary>Message types of the schema. Numbers are part of the wire protocol: they are never reused.</summary>
public enum TemplateId : ushort
{
    None = 0,

    // Session, 1–19

    /// <summary>Client: opens the conversation with its public key.</summary>
    Negotiate = 1,
    /// <summary>Server: chain, challenge, session number of the key and limits.</summary>
    NegotiateResponse = 2,
    /// <summary>Client: proves possession of the key and asks for the session.</summary>
    Establish = 3,
    /// <summary>Server: the session is open.</summary>
    EstablishAck = 4,
    /// <summary>Server: one message was refused; the session goes on unless it was never established.</summary>
    Reject = 5,
    /// <summary>Both: heartbeat.</summary>
    Sequence = 6,
    /// <summary>Both: the connection ends.</summary>
    Terminate = 7,

    // Commands and what follows from them, 20–39

    /// <summary>Client: 1 … 8,190 signed commands.</summary>
    CommandBatch = 20,
    /// <summary>Server: answer to one batch.</summary>
    BatchResult = 21,
    /// <summary>Server: what happened to resting orders.</summary>
    OrderEvents = 22,

    // Queries (even) and their answers (odd), 40–79

    AccountQuery = 40,
    AccountAnswer = 41,
    StatementQuery = 42,
    StatementAnswer = 43,
    OrderQuery = 44,
    OrderAnswer = 45,
    DepthQuery = 46,
    DepthAnswer = 47,
    InstrumentQuery = 48,
    InstrumentAnswer = 49,
    AssetQuery = 50,
    AssetAnswer = 51,
    SessionQuery = 52,
    SessionAnswer = 53,
    StatusQuery = 54,
    StatusAnswer = 55,
    PaymentQuery = 60,
    PaymentAnswer = 61,
    MemberQuery = 62,
    MemberAnswer = 63,
    PaymentSystemQuery = 64,
    PaymentSystemAnswer = 65,
    CycleQuery = 66,
    CycleAnswer = 67,
    ExchangeQuery = 80,
    ExchangeAnswer = 81,
    ExchangePairQuery = 82,
    ExchangePairAnswer = 83,
    CounterpartyQuery = 68,
    CounterpartyAnswer = 69,
    ClearingMemberQuery = 70,
    ClearingMemberAnswer = 71,
    ContractQuery = 72,
    ContractAnswer = 73,
    DefaultQuery = 74,
    DefaultAnswer = 75,
    BusinessDayQuery = 76,
    BusinessDayAnswer = 77,

    // Policies, objects, splits, sealed rounds, outcomes and their proofs: 100–129

    PolicyQuery = 100,
    PolicyAnswer = 101,
    ProposalQuery = 102,
    ProposalAnswer = 103,
    AccountRuleQuery = 104,
    AccountRuleAnswer = 105,
    PendingTransferQuery = 106,
    PendingTransferAnswer = 107,
    ObjectClassQuery = 108,
    ObjectClassAnswer = 109,
    ObjectQuery = 110,
    ObjectAnswer = 111,
    ObjectHistoryQuery = 112,
    ObjectHistoryAnswer = 113,
    EventQuery = 114,
    EventAnswer = 115,
    SplitQuery = 116,
    SplitAnswer = 117,
    DistributionQuery = 118,
    DistributionAnswer = 119,
    RoundQuery = 120,
    RoundAnswer = 121,
    BidQuery = 122,
    BidAnswer = 123,
    OutcomeQuery = 124,
    OutcomeAnswer = 125,
    StateProofQuery = 126,
    StateProofAnswer = 127,
    EventProofQuery = 128,
    EventProofAnswer = 129,

    // Operators, 130–139

    TableRootsQuery = 130,
    TableRootsAnswer = 131,

    // Between replicas, 140–189

    /// <summary>Dialler: who calls whom.</summary>
    PeerHello = 140,
    /// <summary>Accepter: what both will sign.</summary>
    PeerChallenge = 141,
    /// <summary>Dialler: its proof.</summary>
    PeerProof = 142,
    /// <summary>Accepter: its proof; messages pass from here on.</summary>
    PeerReady = 143,

    // Certificates, 160–169

    /// <summary>Server: what a quorum of validators signed about a block.</summary>
    StateCertificate = 160,
    /// <summary>Server: that the next batch result is part of a certified block.</summary>
    ReceiptProof = 161,
    /// <summary>Anybody: asks how a replica and its cluster are. Needs no session.</summary>
    ClusterStatusQuery = 162,
    /// <summary>Server: how they are.</summary>
    ClusterStatusAnswer = 163,

    // State sync between replicas, 170–179

    /// <summary>Asks which state a replica can give out.</summary>
    StateManifestQuery = 170,
    /// <summary>What a state consists of, with its certificate.</summary>
    StateManifest = 171,
    /// <summary>Asks for a chunk of a table.</summary>
    StateChunkQuery = 172,
    /// <summary>Records with the path to their table's root.</summary>
    StateChunk = 173,
    /// <summary>The query cannot be answered.</summary>
    StateRefusal = 174,

    // Validators, 180–189

    /// <summary>Anybody: asks how an epoch handed over to the next. Needs no session.</summary>
    HandOverQuery = 180,
    /// <summary>Server: the hand-over.</summary>
    HandOverAnswer = 181,
    /// <summary>Anybody: asks who validates. Needs no session.</summary>
    ValidatorsQuery = 182,
    /// <summary>Server: who validates.</summary>
    ValidatorsAnswer = 183,
}
