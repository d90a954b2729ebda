// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Primitives;

/// <summary>
/// Every answer the ledger can give. Ranges: 0 success · 1xxx frame and session · 2xxx schema · 3xxx authority · 4xxx limits and
/// resends · 5xxx reference data · 6xxx balances and transfers · 7xxx orders, clearing, policies, objects, rounds, outcomes · 8xxx states and halts · 9xxx replica.
/// Numbers are part of the wire protocol: they are never reused.
/// </summary>
public enum ResultCode : uint
{
    /// <summary>The command took effect.</summary>
    Ok = 0,

    // 1xxx: frame and session

    /// <summary>The frame does not start with a length in range and the encoding type 0xEB50.</summary>
    FrameMalformed = 1001,
    /// <summary>The frame is longer than 1 MiB.</summary>
    FrameTooLong = 1002,
    /// <summary>The message is not allowed in the present state of the connection (for example a batch before Establish).</summary>
    UnexpectedMessage = 1003,
    /// <summary>The message's body does not have the length or the content that its template demands.</summary>
    MessageMalformed = 1004,
    /// <summary>The heartbeat interval passed twice without a message from the peer.</summary>
    HeartbeatLapsed = 1005,
    /// <summary>The session was established again on another connection.</summary>
    SessionTakenOver = 1006,
    /// <summary>The peer closes in good order.</summary>
    Finished = 1007,
    /// <summary>The peer does not read its answers fast enough.</summary>
    SlowConsumer = 1008,
    /// <summary>The replica holds as many connections as it may.</summary>
    TooManyConnections = 1009,
    /// <summary>A frame's number is not one above that of the frame before it on the connection.</summary>
    SequenceBroken = 1010,

    // 2xxx: schema

    /// <summary>No message has this template id.</summary>
    UnknownTemplate = 2001,
    /// <summary>The schema id is not FastLedger's.</summary>
    UnknownSchema = 2002,
    /// <summary>The schema version is not supported.</summary>
    UnsupportedVersion = 2003,
    /// <summary>No command has this opcode.</summary>
    UnknownOpcode = 2004,
    /// <summary>A flag that the opcode does not know is set, or flags contradict each other.</summary>
    InvalidFlags = 2005,
    /// <summary>A reserved field is not zero.</summary>
    ReservedFieldNotZero = 2006,

    // 3xxx: authority

    /// <summary>The signature does not verify under the session's key.</summary>
    BadSignature = 3001,
    /// <summary>No session has this number or key.</summary>
    UnknownSession = 3002,
    /// <summary>The session's policy may not do this to the object it names.</summary>
    Unauthorized = 3003,
    /// <summary>The message was signed for another chain.</summary>
    WrongChain = 3004,
    /// <summary>The challenge of the connection was not the one that was signed.</summary>
    StaleChallenge = 3005,
    /// <summary>The ledger admits no further sessions.</summary>
    SessionLimit = 3006,

    // 4xxx: limits and resends

    /// <summary>The number was used before with other bytes; the original command stands.</summary>
    ExistsDifferent = 4001,
    /// <summary>The number was used before and its result is no longer retained; the command was not executed again.</summary>
    ResultNotRetained = 4002,
    /// <summary>Command numbers inside a batch must strictly increase and be at least 1.</summary>
    NumberNotIncreasing = 4003,
    /// <summary>A batch carries 1 to 8,190 commands.</summary>
    BatchSize = 4004,
    /// <summary>The session has as many batches in flight as it may.</summary>
    TooManyInFlight = 4005,
    /// <summary>Another command of the linked chain failed.</summary>
    LinkedFailed = 4006,
    /// <summary>The last command of the batch is marked as linked.</summary>
    LinkedChainOpen = 4007,
    /// <summary>The linked chain touches more records than one chain may.</summary>
    LinkedChainTooLarge = 4008,
    /// <summary>A table of the ledger is full.</summary>
    TableFull = 4009,
    /// <summary>A resent command cannot be part of a linked chain that holds new commands.</summary>
    ResentInChain = 4010,

    // 5xxx: reference data

    /// <summary>No asset has this number.</summary>
    UnknownAsset = 5001,
    /// <summary>No account has this number.</summary>
    UnknownAccount = 5002,
    /// <summary>No instrument has this number.</summary>
    UnknownInstrument = 5003,
    /// <summary>No record has this external id.</summary>
    UnknownExternalId = 5004,
    /// <summary>The external id is taken; the value is the number of the record that holds it.</summary>
    ExternalIdExists = 5005,
    /// <summary>The session is registered already; the value is its number.</summary>
    SessionExists = 5006,
    /// <summary>A decimal scale is at most 30.</summary>
    InvalidScale = 5007,
    /// <summary>A parameter of the instrument is out of range.</summary>
    InvalidInstrument = 5008,
    /// <summary>An external id must not be zero here.</summary>
    ExternalIdZero = 5009,
    /// <summary>The public key is zero or cannot be a key.</summary>
    InvalidKey = 5010,

    // 6xxx: balances and transfers

    /// <summary>Debit and credit name the same account.</summary>
    SameAccount = 6001,
    /// <summary>The accounts hold different assets.</summary>
    DifferentAssets = 6002,
    /// <summary>The amount is zero.</summary>
    AmountZero = 6003,
    /// <summary>The amount is above the largest that one command may move (2^96).</summary>
    AmountTooLarge = 6004,
    /// <summary>The debit would take the account below its floor.</summary>
    ExceedsBalance = 6005,
    /// <summary>The credit would take the account above zero although its credits must not exceed its debits.</summary>
    ExceedsDebits = 6006,
    /// <summary>The turnover of the account has reached its bound (2^126).</summary>
    TurnoverLimit = 6007,
    /// <summary>No pending transfer has this id.</summary>
    PendingNotFound = 6008,
    /// <summary>The pending transfer was posted.</summary>
    PendingAlreadyPosted = 6009,
    /// <summary>The pending transfer was voided.</summary>
    PendingAlreadyVoided = 6010,
    /// <summary>The pending transfer expired.</summary>
    PendingExpired = 6011,
    /// <summary>The pending transfer was resolved so long ago that only this much is known.</summary>
    PendingAlreadyResolved = 6012,
    /// <summary>The amount to post exceeds the pending amount.</summary>
    ExceedsPendingAmount = 6013,
    /// <summary>Accounts named beside a pending id must be those of the pending transfer.</summary>
    PendingDifferentAccounts = 6014,
    /// <summary>A timeout is allowed only on a pending transfer.</summary>
    TimeoutNotPending = 6015,
    /// <summary>A closing transfer must be pending.</summary>
    ClosingNotPending = 6016,
    /// <summary>The floor is out of range (magnitude at most 2^100).</summary>
    InvalidFloor = 6017,

    // 7xxx: orders

    /// <summary>No live order has this id: it never was, was filled, or was cancelled.</summary>
    UnknownOrder = 7001,
    /// <summary>The price is below one tick or above the instrument's limit.</summary>
    InvalidPrice = 7002,
    /// <summary>The quantity is zero or above the instrument's limit.</summary>
    InvalidQuantity = 7003,
    /// <summary>A post-only order would have taken liquidity.</summary>
    PostOnlyWouldTake = 7004,
    /// <summary>A fill-or-kill order could not be filled completely; nothing was traded.</summary>
    FillOrKillUnfilled = 7005,
    /// <summary>Side, order type, time in force or self-trade prevention has no such value, or they contradict each other.</summary>
    InvalidOrder = 7006,
    /// <summary>The account does not hold the instrument's base or quote asset.</summary>
    WrongOrderAccount = 7007,
    /// <summary>Self-trade prevention ended the order before it could trade or rest.</summary>
    SelfTradePrevented = 7008,
    /// <summary>The fee account of the instrument cannot be credited.</summary>
    FeeAccountUnavailable = 7009,
    /// <summary>The mass cancel reached its bound per command; the value counts what it cancelled, and more orders remain.</summary>
    MassCancelPartial = 7010,
    /// <summary>The reservation or a fill would exceed the largest amount that one command may move (2^96).</summary>
    NotionalTooLarge = 7011,

    // 72xx: payments

    /// <summary>No payment system has this number.</summary>
    UnknownPaymentSystem = 7201,
    /// <summary>No participant has this number.</summary>
    UnknownParticipant = 7202,
    /// <summary>No member has this number.</summary>
    UnknownMember = 7203,
    /// <summary>No payment has this id.</summary>
    UnknownPayment = 7204,
    /// <summary>The BIC does not have the form of ISO 9362.</summary>
    InvalidBic = 7205,
    /// <summary>The LEI does not have the form or the check digits of ISO 17442.</summary>
    InvalidLei = 7206,
    /// <summary>The account cannot be a settlement or clearing account: wrong asset, owner or flags, or in use as one.</summary>
    WrongSettlementAccount = 7207,
    /// <summary>The two members belong to different payment systems.</summary>
    DifferentPaymentSystems = 7208,
    /// <summary>The payment's amount, times, priority or flags are out of range or contradict each other.</summary>
    InvalidPayment = 7209,
    /// <summary>The payment is not in a state that allows this; the value holds its id and state.</summary>
    PaymentState = 7210,
    /// <summary>A limit or the net debit cap does not leave room for the payment, or initial margin for the trade.</summary>
    ExceedsLimit = 7211,
    /// <summary>An older payment or one of a higher priority stands in the queue.</summary>
    QueuedAhead = 7212,
    /// <summary>The participant is suspended.</summary>
    ParticipantSuspended = 7213,
    /// <summary>A resolution of the queues is at work; the command must wait for its end.</summary>
    ResolutionRunning = 7214,
    /// <summary>The payments that were returned would exceed the original.</summary>
    ExceedsOriginal = 7215,
    /// <summary>The amount of a limit, reservation, credit line or price is out of range.</summary>
    InvalidLimit = 7216,
    /// <summary>The asset is not accepted as collateral.</summary>
    NotCollateral = 7217,
    /// <summary>The collateral is not there, or the credit in use needs it.</summary>
    CollateralInUse = 7218,
    /// <summary>The command cannot be a member of a linked chain.</summary>
    NotAllowedInChain = 7219,
    /// <summary>The participant is a member of the system already.</summary>
    MemberExists = 7220,
    /// <summary>The payment system has as many members as it may.</summary>
    MemberLimit = 7221,

    /// <summary>No netting cycle has this number.</summary>
    UnknownCycle = 7230,
    /// <summary>The cycle is not in a state that allows this.</summary>
    CycleState = 7231,
    /// <summary>A member cannot pay its net position; the value names it. Nothing settled.</summary>
    CycleShortfall = 7232,
    /// <summary>The cycle holds as many obligations as it may.</summary>
    CycleFull = 7233,
    /// <summary>The system has no clearing account, or it is not empty.</summary>
    NoClearingAccount = 7234,

    /// <summary>No exchange has this number, or the system is no currency of it.</summary>
    UnknownExchange = 7240,
    /// <summary>A rate, haircut, limit or amount of the exchange is out of range, or a currency belongs to another exchange.</summary>
    InvalidExchange = 7241,
    /// <summary>The pair of the exchange does not wait any more.</summary>
    ExchangeState = 7242,

    /// <summary>No central counterparty has this number.</summary>
    UnknownCounterparty = 7250,
    /// <summary>No clearing member has this number, or it belongs to another counterparty.</summary>
    UnknownClearingMember = 7251,
    /// <summary>No contract has this number, or it belongs to another counterparty.</summary>
    UnknownContract = 7252,
    /// <summary>Quantity, price, margin, or what a position would become, is out of range.</summary>
    InvalidTrade = 7253,
    /// <summary>The contract is not in a state that allows this.</summary>
    ContractState = 7254,
    /// <summary>A clearing member, or its settlement account, cannot pay or receive its variation margin; the value names it. Nothing was paid.</summary>
    VariationShortfall = 7255,
    /// <summary>The clearing member is in default, or is not.</summary>
    DefaultState = 7256,
    /// <summary>A default of the counterparty is not resolved.</summary>
    DefaultOpen = 7257,
    /// <summary>The defaulter still has open positions.</summary>
    PositionsOpen = 7258,
    /// <summary>The default account does not hold what defaulters owed; the value is what is missing. Nothing was paid.</summary>
    LossUncovered = 7259,
    /// <summary>The positions require the initial margin.</summary>
    MarginInUse = 7260,
    /// <summary>The counterparty has as many clearing members or contracts as it may.</summary>
    CounterpartyLimit = 7261,
    /// <summary>Something was left undelivered and no contract was named to take it over; the value is the quantity. Nothing was delivered.</summary>
    DeliveryIncomplete = 7262,

    /// <summary>No business day is open, and the payment may not go to the next one.</summary>
    NoBusinessDay = 7270,
    /// <summary>The business day is not in a state that allows this, or its cut-offs contradict each other.</summary>
    BusinessDayState = 7271,
    /// <summary>The value date has passed (ISO 20022 DT01).</summary>
    ValueDatePassed = 7272,
    /// <summary>The cut-off for the payment has passed (ISO 20022 TM01).</summary>
    CutoffPassed = 7273,
    /// <summary>The value date is not a planned business day.</summary>
    NotABusinessDay = 7274,
    /// <summary>As many business days are planned as may be.</summary>
    BusinessDayLimit = 7275,
    /// <summary>The payment would take its sender below its minimum position or its receiver above its maximum position.</summary>
    ExceedsPosition = 7276,

    // 73xx: policies and conditions

    /// <summary>Some who may approve did, but not enough to reach the policy's threshold.</summary>
    ThresholdNotMet = 7300,
    /// <summary>No policy has this number or key.</summary>
    UnknownPolicy = 7301,
    /// <summary>Threshold, weights, roles, times or number of members of the policy are out of range, or nobody could ever satisfy it.</summary>
    InvalidPolicy = 7302,
    /// <summary>The policy is a draft, is not in force yet, or has expired.</summary>
    PolicyNotInForce = 7303,
    /// <summary>No proposal has this id.</summary>
    UnknownProposal = 7304,
    /// <summary>The proposal expired, was enacted or was withdrawn.</summary>
    ProposalClosed = 7305,
    /// <summary>The digest is not that of the proposal: these are not the commands that were approved.</summary>
    ProposalMismatch = 7306,
    /// <summary>The command must stand at the front of a linked chain, before the commands that it is about.</summary>
    MustLeadChain = 7307,
    /// <summary>A proposal or a chain holds as many approvals, or a batch as many signatures, as it may.</summary>
    TooManyApprovals = 7308,
    /// <summary>What is shown does not lead to the digest: wrong preimage, path, leaf or content.</summary>
    BadProof = 7310,
    /// <summary>Block time has not reached the beginning.</summary>
    TooEarly = 7311,
    /// <summary>Block time has reached the end.</summary>
    Expired = 7312,
    /// <summary>The outcome that the transfer waits for is not final.</summary>
    OutcomeNotFinal = 7313,
    /// <summary>The outcome is final with another value than the transfer waits for.</summary>
    OutcomeDiffers = 7314,
    /// <summary>A time is out of range, in the past, or times contradict each other.</summary>
    InvalidTime = 7315,
    /// <summary>The rules of the asset, account or class do not allow it, whoever signs.</summary>
    Forbidden = 7316,
    /// <summary>The debit would exceed what the account may spend in the present period.</summary>
    ExceedsSpendingLimit = 7317,
    /// <summary>The record is not in a state that allows this.</summary>
    BadState = 7318,
    /// <summary>The target of an assignment or the limit of an account is out of range.</summary>
    InvalidAssignment = 7319,

    // 734x: objects

    /// <summary>No class has this number.</summary>
    UnknownClass = 7340,
    /// <summary>A parameter of the class or of an edge is out of range.</summary>
    InvalidClass = 7341,
    /// <summary>No object has this number.</summary>
    UnknownObject = 7342,
    /// <summary>A parameter of the object is out of range.</summary>
    InvalidObject = 7343,
    /// <summary>The owner does not sign.</summary>
    NotOwner = 7344,
    /// <summary>The holder of the lien does not sign.</summary>
    LienBlocks = 7345,
    /// <summary>An object of the class has this content already; the value is its number.</summary>
    ContentExists = 7346,
    /// <summary>The object does not have the version named; the value is the version it has.</summary>
    VersionDiffers = 7347,
    /// <summary>A parent is missing, of another class, or in a state that does not allow it.</summary>
    InvalidParent = 7348,
    /// <summary>The owner has as many objects of the class as it allows one owner.</summary>
    OwnerLimit = 7349,

    // 736x: splits and distributions

    /// <summary>No split has this number.</summary>
    UnknownSplit = 7360,
    /// <summary>A share is out of range, names an account of another asset, or the weights do not sum to 1,000,000.</summary>
    InvalidSplit = 7361,
    /// <summary>No distribution has this number.</summary>
    UnknownDistribution = 7362,
    /// <summary>As many distributions are under way as may be.</summary>
    DistributionLimit = 7363,

    // 738x: sealed rounds

    /// <summary>No round has this number.</summary>
    UnknownRound = 7380,
    /// <summary>A parameter of the round is out of range.</summary>
    InvalidRound = 7381,
    /// <summary>The phase of the round in which this is possible is over.</summary>
    RoundClosed = 7382,
    /// <summary>Round, bidder, value and salt do not give the commitment.</summary>
    CommitMismatch = 7383,
    /// <summary>The bidder made no commitment in the round.</summary>
    UnknownBid = 7384,
    /// <summary>The bidder made its commitment already; the value is the bid's number.</summary>
    AlreadyCommitted = 7385,
    /// <summary>The commitment was opened already.</summary>
    AlreadyRevealed = 7386,
    /// <summary>The bidder does not hold the eligibility asset.</summary>
    NotEligible = 7387,

    // 740x: outcomes

    /// <summary>No outcome has this number.</summary>
    UnknownOutcome = 7400,
    /// <summary>A parameter of the outcome or the value reported is out of range.</summary>
    InvalidOutcome = 7401,
    /// <summary>The outcome is final.</summary>
    AlreadyFinal = 7402,
    /// <summary>Units of an invalid outcome are redeemed in multiples of the number of values.</summary>
    NotDivisible = 7403,
    /// <summary>The value of this asset did not win.</summary>
    ValueLost = 7404,

    // 741x: validators

    /// <summary>The genesis names no administrator of the validator set.</summary>
    NoAdministrator = 7410,
    /// <summary>The change or the node number is out of range.</summary>
    InvalidValidatorChange = 7411,
    /// <summary>The command is meant for another epoch than the present one.</summary>
    EpochDiffers = 7412,
    /// <summary>A change waits for the end of the epoch; the next one may follow then.</summary>
    ValidatorChangePending = 7413,
    /// <summary>The node is a validator already.</summary>
    ValidatorExists = 7414,
    /// <summary>A validator has this key already.</summary>
    ValidatorKeyInUse = 7415,
    /// <summary>There are as many validators as an epoch can have.</summary>
    TooManyValidators = 7416,
    /// <summary>The address or the port is missing.</summary>
    InvalidPeerAddress = 7417,
    /// <summary>The node is no validator.</summary>
    UnknownValidator = 7418,
    /// <summary>The set has, or would be left with, fewer than two validators: such a ledger cannot hand over to others.</summary>
    TooFewValidators = 7419,

    // 8xxx: states and halts

    /// <summary>The account is frozen.</summary>
    AccountFrozen = 8001,
    /// <summary>The account is closed.</summary>
    AccountClosed = 8002,
    /// <summary>The account has pending debits or credits.</summary>
    AccountHasPending = 8003,
    /// <summary>The instrument is halted.</summary>
    InstrumentHalted = 8004,
    /// <summary>The record is in this state already.</summary>
    AlreadyInState = 8005,

    // 9xxx: replica

    /// <summary>The replica is recovering or shutting down.</summary>
    NotReady = 9001,
    /// <summary>The query names something that is not there.</summary>
    NotFound = 9002,
    /// <summary>The query asks for more than one answer may hold.</summary>
    QueryTooLarge = 9003,
    /// <summary>The replica's queues are full; try again.</summary>
    Overloaded = 9004,
    /// <summary>A server's answer is not proven by a certificate of the ledger's validators.</summary>
    Uncertified = 9005,
    /// <summary>The replica at the other end is not the one that was dialled, or expects another address or encryption.</summary>
    PeerMismatch = 9050,
}
