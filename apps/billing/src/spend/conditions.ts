/** SQL conditions, and the parameters in them. `?` in a text stands for its value. */
export class Conditions {
  readonly parameters: unknown[] = [];
  private readonly conditions: string[] = [];
  private readonly ofAccount: string[] = [];

  /** @param accountId the column that a condition on the account alone is turned into. */
  constructor(private readonly accountId = 'entry.account_id') {}

  where(text: string, value: unknown): void {
    this.conditions.push(text.replaceAll('?', this.parameter(value)));
  }

  /** A condition without a value. */
  and(text: string): void {
    this.conditions.push(text);
  }

  /** A condition on the account alone: rows are then found by their account. */
  whereAccount(text: string, value: unknown): void {
    this.ofAccount.push(text.replaceAll('?', this.parameter(value)));
  }

  parameter(value: unknown): string {
    this.parameters.push(value);
    return `$${this.parameters.length}`;
  }

  toString(): string {
    const accounts = `(select id from ledger_account as account where ${this.ofAccount.join(' and ')})`;
    const all = [
      ...this.conditions,
      ...(this.ofAccount.length === 0 ? [] : [`${this.accountId} = any (array${accounts})`]),
    ];
    return all.length === 0 ? 'true' : all.join(' and ');
  }
}
