Feature: Elections
  Promise: every voter can check that his vote is counted, anyone can recount, and no vote is changed, dropped or cast twice; coercion resistance is not promised.

  Background:
    Given the parties Commission, Verifier, Registrar, Ann, Ben, Cheat and Observer
    And Commission founds the policy "roll": any 2 of Verifier and Registrar
    And Commission issues BALLOT with 0 decimals, at most 1,000, in a closed loop
    And Commission opens "votes for Ann" in BALLOT
    And Commission opens "votes for Ben" in BALLOT
    And Commission makes "votes for Ann" a member of group 0
    And Commission makes "votes for Ben" a member of group 0
    And Commission puts Commission's BALLOT under the policy "roll"
    And Commission defines the class "voters", issued by "roll":
      """
      states Registered
      """
    And Commission defines the class "elections", issued by Commission:
      """
      states Setup, Open, Closed, Final
      Setup -> Open by Owner
      Open -> Closed by Owner
      Closed -> Final by Owner
      """
    And Commission creates "election" of the class "elections", on the document "rules of the election"
    And Commission defines the class "votes":
      """
      states Cast
      issued by anyone
      parent "elections" in Open
      """
    And Commission moves "election" to Open

  Scenario: A thousand ballots, 431 to 442
    Given 1,000 voters get 1 BALLOT each from Commission's BALLOT, attested in "voters" by Verifier and Registrar
    When voters 1 to 431 pay 1 BALLOT to "votes for Ann" and record it in "votes" from "election" as 1
    And the event log is marked
    And voters 432 to 873 pay 1 BALLOT to "votes for Ben" and record it in "votes" from "election" as 2
    And Commission moves "election" to Closed
    Then "votes for Ann" holds 431 BALLOT
    And "votes for Ben" holds 442 BALLOT
    And Commission's BALLOT holds -1,000 BALLOT
    And 127 BALLOT are unspent among the voters
    And a recount of "votes" from the exported log gives 431 for 1 and 442 for 2
    And the last event of each object like "votes" is proved to be in the event log
    And the event log extends the marked one

  Scenario: A sealed vote
    Given 3 voters get 1 BALLOT each from Commission's BALLOT, attested in "voters" by Verifier and Registrar
    When Commission announces the round "referendum" of kind Tally with 2 choices, with a deposit of 1 BALLOT to "votes for Ann", for holders of BALLOT, under the rules "rules of the referendum", opening in 10 seconds, closing in 100 seconds, ending in 200 seconds
    And 20 seconds pass
    And Voter1 commits to 0 in "referendum", with a deposit from Voter1's BALLOT, by the right of Voter1's BALLOT
    And Voter2 commits to 1 in "referendum", with a deposit from Voter2's BALLOT, by the right of Voter2's BALLOT
    And Voter3 commits to 1 in "referendum", with a deposit from Voter3's BALLOT, by the right of Voter3's BALLOT
    And 90 seconds pass
    And Voter1 reveals its bid in "referendum"
    And Voter2 reveals its bid in "referendum"
    And Voter3 reveals its bid in "referendum"
    And 100 seconds pass
    Then the round "referendum" counts 1 for 0 and 2 for 1

  @attack
  Scenario: Double votes, strangers, borrowed credentials, late votes
    Given 3 voters get 1 BALLOT each from Commission's BALLOT, attested in "voters" by Verifier and Registrar
    And Cheat holds accounts in BALLOT
    When Voter1 pays 1 BALLOT to "votes for Ann"
    Then Voter1 pays 1 BALLOT to "votes for Ben", which is refused: ExceedsBalance
    And Voter2 pays 1 BALLOT to Cheat's BALLOT, which is refused: Forbidden
    And Cheat attests "himself" of the class "voters", called "citizen 4", and mints 1 BALLOT to Cheat's BALLOT from Commission's BALLOT, which is refused: Unauthorized
    And Registrar attests "ghost" of the class "voters", called "citizen 4", and mints 1 BALLOT to Cheat's BALLOT from Commission's BALLOT, which is refused: ThresholdNotMet
    And Registrar does all or nothing, which is refused: ExternalIdExists:
      """
      signed by Verifier
      attests "again" of the class "voters", called "voter 1", and mints 1 BALLOT to Cheat's BALLOT from Commission's BALLOT
      """
    When Commission moves "election" to Closed
    Then Voter3 does all or nothing, which is refused: InvalidParent:
      """
      pays 1 BALLOT to "votes for Ben"
      creates "late vote" of the class "votes", called "voter 3", worth 2, from "election"
      """

  @attack
  Scenario: A sealed vote after the close, a vote without a right to it
    Given 1 voters get 1 BALLOT each from Commission's BALLOT, attested in "voters" by Verifier and Registrar
    And Cheat holds accounts in BALLOT
    And Commission announces the round "referendum" of kind Tally with 2 choices, for holders of BALLOT, under the rules "rules of the referendum", opening in 10 seconds, closing in 100 seconds, ending in 200 seconds
    When 20 seconds pass
    Then Cheat commits to 0 in "referendum", by the right of Cheat's BALLOT, which is refused: NotEligible
    When 81 seconds pass
    Then Voter1 commits to 0 in "referendum", by the right of Voter1's BALLOT, which is refused: RoundClosed

  @attack
  Scenario: An operator drops or changes a vote
    Given 40 voters get 1 BALLOT each from Commission's BALLOT, attested in "voters" by Verifier and Registrar
    And voters 1 to 20 pay 1 BALLOT to "votes for Ann" and record it in "votes" from "election" as 1
    And the event log is marked
    And voters 21 to 40 pay 1 BALLOT to "votes for Ben" and record it in "votes" from "election" as 2
    Then the event log extends the marked one
    And an export with one event of "votes" dropped or changed is found out
    And a log without one event of "votes" does not extend the marked one
