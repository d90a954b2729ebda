// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Primitives.Commands;

/// <summary>What a command does. Numbers are part of the wire protocol: they are never reused.</summary>
public enum Opcode : ushort
{
    /// <summary>Does nothing but consume its number: measures ordering alone.</summary>
    Noop = 1,
    /// <summary>Admits a public key as a session.</summary>
    RegisterSession = 2,

    /// <summary>Creates an asset; the session's policy becomes its issuer.</summary>
    CreateAsset = 10,
    /// <summary>Opens an account.</summary>
    OpenAccount = 11,
    /// <summary>Changes the floor (credit line) of an account.</summary>
    SetFloor = 12,
    /// <summary>Forbids debits and credits until unfrozen.</summary>
    FreezeAccount = 13,
    /// <summary>Ends a freeze.</summary>
    UnfreezeAccount = 14,
    /// <summary>Closes an account that has nothing pending.</summary>
    CloseAccount = 15,
    /// <summary>Opens a closed account again.</summary>
    ReopenAccount = 16,

    /// <summary>Moves an amount, now or in two phases.</summary>
    Transfer = 20,
    /// <summary>Posts a pending transfer, wholly or in part.</summary>
    PostPending = 21,
    /// <summary>Voids a pending transfer.</summary>
    VoidPending = 22,

    /// <summary>Creates an instrument.</summary>
    CreateInstrument = 30,
    /// <summary>Opens or halts an instrument.</summary>
    SetInstrumentState = 31,

    /// <summary>Places an order.</summary>
    PlaceOrder = 40,
    /// <summary>Cancels an order.</summary>
    CancelOrder = 41,
    /// <summary>Takes lots off an order; it keeps its priority.</summary>
    ReduceOrder = 42,
    /// <summary>Changes price or quantity of an order.</summary>
    AmendOrder = 43,
    /// <summary>Cancels orders by account, by instrument, or by both.</summary>
    MassCancel = 44,

    /// <summary>Creates a payment system for an asset; the asset's issuer operates it.</summary>
    CreatePaymentSystem = 60,
    /// <summary>Changes the options of a payment system.</summary>
    ConfigurePaymentSystem = 61,
    /// <summary>Admits a participant by BIC and LEI.</summary>
    OpenParticipant = 62,
    /// <summary>Keeps a participant's payments from settling, in either direction.</summary>
    SuspendParticipant = 63,
    /// <summary>Ends a suspension.</summary>
    ResumeParticipant = 64,
    /// <summary>Makes an account of a participant its settlement account in a payment system.</summary>
    JoinPaymentSystem = 65,
    /// <summary>Grants a credit line beside what collateral gives.</summary>
    SetCreditLine = 66,
    /// <summary>Reserves liquidity for urgent or for high payments.</summary>
    SetReservation = 67,
    /// <summary>Limits the net outflow to all counterparties without a bilateral limit.</summary>
    SetMultilateralLimit = 68,
    /// <summary>Limits the net outflow to everybody.</summary>
    SetNetDebitCap = 69,
    /// <summary>Limits the net outflow to one counterparty.</summary>
    SetBilateralLimit = 70,
    /// <summary>Accepts an asset as collateral, at a price and a haircut.</summary>
    SetCollateralAsset = 71,
    /// <summary>Pledges collateral; the credit line grows by its value after the haircut.</summary>
    PledgeCollateral = 72,
    /// <summary>Takes collateral back that the used credit does not need.</summary>
    ReleaseCollateral = 73,

    /// <summary>Sends a payment: settled at once, queued, or kept until its time.</summary>
    SubmitPayment = 74,
    /// <summary>Pays a settled payment back, wholly or in part.</summary>
    ReturnPayment = 75,
    /// <summary>Takes a payment out of the queue.</summary>
    RevokePayment = 76,
    /// <summary>Changes the priority of a queued payment.</summary>
    ReprioritisePayment = 77,
    /// <summary>Moves a queued payment inside its priority.</summary>
    MovePayment = 78,
    /// <summary>Asks for a payment back: revokes it while it is queued, asks the receiver once it is settled.</summary>
    RecallPayment = 79,
    /// <summary>Settles the largest set of queued payments that liquidity and limits allow.</summary>
    ResolveQueues = 80,

    /// <summary>Opens a netting cycle.</summary>
    OpenCycle = 84,
    /// <summary>Adds an obligation to an open cycle.</summary>
    AddObligation = 85,
    /// <summary>Closes a cycle: no further obligations.</summary>
    CloseCycle = 86,
    /// <summary>Settles the net positions of a closed cycle, all or nothing.</summary>
    SettleCycle = 87,
    /// <summary>Drops all obligations of one member from a closed cycle.</summary>
    RecastCycle = 88,

    /// <summary>Creates a payment-versus-payment exchange over several payment systems.</summary>
    CreateExchange = 92,
    /// <summary>Adds a currency to an exchange, or changes its rate, haircut and limit.</summary>
    SetExchangeCurrency = 93,
    /// <summary>Sends a pair of payments that settle together, when both participants pass the risk tests; else they wait.</summary>
    SubmitExchange = 94,
    /// <summary><see cref="ExchangeCommand"/>: takes a pair that waits out of its exchange.</summary>
    WithdrawExchange = 95,

    /// <summary>Creates a central counterparty over a payment system.</summary>
    CreateCounterparty = 100,
    /// <summary>Changes its capital at risk and the bound of its assessments.</summary>
    ConfigureCounterparty = 101,
    /// <summary>Makes a member of the payment system a clearing member.</summary>
    AdmitClearingMember = 102,
    /// <summary>Lists a contract: a security and a settlement day, or an underlying that only pays variation margin.</summary>
    ListContract = 103,
    /// <summary>Changes the margin of a contract, or gives a settled one its next day.</summary>
    ConfigureContract = 104,
    /// <summary>Posts initial margin.</summary>
    PostMargin = 105,
    /// <summary>Takes initial margin back that the positions do not require.</summary>
    WithdrawMargin = 106,
    /// <summary>Pays into the default fund.</summary>
    ContributeToFund = 107,
    /// <summary>Pays a contribution to the default fund back.</summary>
    WithdrawContribution = 108,
    /// <summary>Calls the initial margin that is missing.</summary>
    CallMargin = 109,
    /// <summary>Turns a trade between two members into two positions against the counterparty.</summary>
    NovateTrade = 110,
    /// <summary>Marks all positions of a contract to a settlement price.</summary>
    MarkContract = 111,
    /// <summary>Pays all variation margin that is due, all or nothing.</summary>
    SettleVariation = 112,
    /// <summary>Delivers the net positions of a contract against payment and carries fails forward.</summary>
    SettleDeliveries = 113,
    /// <summary>Declares a clearing member in default.</summary>
    DeclareDefault = 114,
    /// <summary>Closes a position of a defaulter against another member.</summary>
    CloseOutPosition = 115,
    /// <summary>Covers the loss of a default by the layers of the waterfall, in their order.</summary>
    ApplyWaterfall = 116,

    /// <summary>Plans a business day of a payment system, or changes the cut-offs of a planned one.</summary>
    PlanBusinessDay = 120,
    /// <summary>Makes a planned business day a holiday; what is warehoused for it goes to the next one.</summary>
    DeclareHoliday = 121,
    /// <summary>Opens the next planned business day: warehoused payments enter their queues.</summary>
    OpenBusinessDay = 122,
    /// <summary>Changes the cut-offs of the open business day.</summary>
    SetCutoffs = 123,
    /// <summary>Closes the business day after its last cut-off and takes the members' balances.</summary>
    CloseBusinessDay = 124,

    /// <summary>Sets the balance below which no payment may take a member's settlement account, in a system with position bounds.</summary>
    SetMinimumPosition = 130,
    /// <summary>Sets the balance above which no payment may take it.</summary>
    SetMaximumPosition = 131,

    // Policies, objects, splits, sealed rounds, outcomes: 140–199

    /// <summary>Creates a policy of several weighted keys, as a draft.</summary>
    CreatePolicy = 140,
    /// <summary>Adds, changes, rotates or removes a member of a policy.</summary>
    SetPolicyMember = 141,
    /// <summary>Ends the draft of a policy, or changes its threshold.</summary>
    ActivatePolicy = 142,
    /// <summary>Another key's signature on the linked chain that follows.</summary>
    Endorse = 143,
    /// <summary>Names the digest of commands that are to be approved.</summary>
    Propose = 144,
    /// <summary>Approves a proposal.</summary>
    Approve = 145,
    /// <summary>Takes an approval back; the proposer's ends the proposal.</summary>
    WithdrawApproval = 146,
    /// <summary>Opens the linked chain that carries out a proposal.</summary>
    Enact = 147,
    /// <summary>Puts an account, asset, instrument, class or split under another policy.</summary>
    AssignPolicy = 148,
    /// <summary>Restricts whom an account may pay.</summary>
    SetAccountGroups = 149,
    /// <summary>Bounds what an account may spend in a period.</summary>
    SetSpendingLimit = 150,
    /// <summary>Reserves an amount under conditions.</summary>
    Reserve = 151,

    /// <summary>Creates a class of objects, as a draft.</summary>
    CreateClass = 155,
    /// <summary>Sets an edge of a class's state table.</summary>
    SetTransition = 156,
    /// <summary>Ends the draft of a class.</summary>
    ActivateClass = 157,
    /// <summary>Creates an object.</summary>
    CreateObject = 158,
    /// <summary>Moves an object along an edge of its class's state table.</summary>
    ChangeObject = 159,
    /// <summary>Hands an object over to another owner.</summary>
    TransferObject = 160,
    /// <summary>Gives a lien on an object.</summary>
    SetLien = 161,
    /// <summary>Ends the lien on an object.</summary>
    ReleaseLien = 162,
    /// <summary>Succeeds when an object is as it says.</summary>
    CheckObject = 163,
    /// <summary>Part of a Merkle path to an object's content hash.</summary>
    CheckPath = 164,

    /// <summary>Creates a split, as a draft.</summary>
    CreateSplit = 165,
    /// <summary>Sets one share of a split.</summary>
    SetShare = 166,
    /// <summary>Ends the draft of a split.</summary>
    ActivateSplit = 167,
    /// <summary>Pays an amount to the accounts of a split.</summary>
    PaySplit = 168,
    /// <summary>Pays an amount to the holders of an asset.</summary>
    Distribute = 169,
    /// <summary>Names the account that gets what is distributed to an account.</summary>
    SetPayoutAccount = 170,

    /// <summary>Creates a sealed round.</summary>
    CreateRound = 172,
    /// <summary>Changes the rules of a round before it opens.</summary>
    AmendRound = 173,
    /// <summary>Hands in a commitment.</summary>
    Commit = 174,
    /// <summary>Opens a commitment.</summary>
    Reveal = 175,

    /// <summary>Creates an attested outcome.</summary>
    CreateOutcome = 178,
    /// <summary>Reports the value of an outcome.</summary>
    ReportOutcome = 179,
    /// <summary>Disputes the report of an outcome.</summary>
    DisputeOutcome = 180,
    /// <summary>Turns collateral into a complete set of an outcome's assets.</summary>
    MintSet = 181,
    /// <summary>Turns a complete set back into collateral.</summary>
    BurnSet = 182,
    /// <summary>Exchanges units of a final outcome's asset for collateral.</summary>
    Redeem = 183,

    /// <summary>Adds, removes or replaces a validator from the next epoch on.</summary>
    ChangeValidators = 184,
}
